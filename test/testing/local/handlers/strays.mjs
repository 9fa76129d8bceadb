import { once } from 'node:events'
import { connect } from 'node:net'

export async function rejection() {
  void Promise.reject(new RangeError('nobody listens'))
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}

export async function exception() {
  setImmediate(() => {
    throw new RangeError('nobody catches')
  })
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}

export async function afterwards({ port }) {
  if (port === undefined) return 'answered again'
  await once(connect(port, '127.0.0.1'), 'connect')
  setImmediate(() => void Promise.reject(new RangeError('too late')))
  return 'answered'
}

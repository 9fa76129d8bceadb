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

export async function afterwards({ stray }) {
  if (stray) setImmediate(() => void Promise.reject(new RangeError('too late')))
  return 'answered'
}

import { channel } from 'node:diagnostics_channel'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { reply, startRaw } from './raw-server.js'
import { send, wireTo } from './wires.js'

const requestStart = channel('http.client.request.start')

it('watches requests while they are under way, and no longer', async () => {
  const server = await startRaw(({ socket }, number) => {
    if (number === 1) socket.write(reply())
    if (number === 2) socket.destroy()
  })
  const wire = wireTo('agent', server.origin, { maxSockets: 1 })
  for (let n = 0; n < 2; n++) {
    const { told } = send(wire, server.origin)
    expect(requestStart.hasSubscribers).toBe(true)
    await told.over
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
  }
  send(wire, server.origin).sent.cancel()
  await turn()
  expect(requestStart.hasSubscribers).toBe(false)
})

import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { alb } from 'resilient-lambda/http'
import { fakeClock } from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerLast } from '../../../../src/http/server/node/last-answer.js'
import { answerMalformed } from '../../../../src/http/server/node/malformed.js'
import { refuse } from '../../../../src/http/server/refusal.js'
import { serveLambda } from '../../../../src/http/server/serve-lambda.js'
import { scripted } from '../../../invoker/support.js'
import { RawClient } from '../served.js'

const REFUSED = refuse({ status: 413, reason: 'LambdaRequestTooLarge', message: 'Too large.' })

/** Both ends of a connection. */
async function connected(): Promise<{ readonly client: RawClient; readonly socket: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const client = new RawClient((server.address() as AddressInfo).port)
  const [socket] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => void socket.destroy())
  return { client, socket }
}

describe('the last answer on a connection', () => {
  it('reaches a client that has sent more than was read', async () => {
    const { client, socket } = await connected()
    await new Promise((resolve) => client.socket.write(Buffer.alloc(100_000), resolve))
    answerLast(socket, REFUSED)
    const text = await client.untilEnd()
    expect(text).toMatch(
      /^HTTP\/1\.1 413 Payload Too Large\r\n[^]*\r\ndate: [^]*\r\nconnection: close\r\n\r\n\{/,
    )
    expect(text).toContain(`content-length: ${REFUSED.reply.body.byteLength}\r\n`)
    expect(text.endsWith(String(REFUSED.reply.body))).toBe(true)
  })

  it('has no body for HEAD', async () => {
    const { client, socket } = await connected()
    answerLast(socket, REFUSED, 'HEAD')
    expect(await client.untilEnd()).toMatch(/\r\n\r\n$/)
  })

  it('leaves the connection open for a while, but not for ever, to a client that does not go', async () => {
    const { client, socket } = await connected()
    const clock = fakeClock()
    answerLast(socket, REFUSED, 'GET', clock)
    await client.untilEnd()
    await clock.advance(1_999)
    expect(socket.destroyed).toBe(false)
    await clock.advance(1)
    expect(socket.destroyed).toBe(true)
  })

  it('leaves no timer behind when the client goes by itself', async () => {
    const { client, socket } = await connected()
    const clock = fakeClock()
    answerLast(socket, REFUSED, 'GET', clock)
    await client.untilEnd()
    expect(clock.pending).toBe(1)
    socket.resume()
    client.socket.end()
    await once(socket, 'close')
    expect(clock.pending).toBe(0)
  })

  it('is written once', async () => {
    const { client, socket } = await connected()
    answerLast(socket, REFUSED)
    answerLast(socket, REFUSED)
    expect((await client.untilEnd()).match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })

  it('is not written to a client that has gone', async () => {
    const { socket } = await connected()
    socket.destroy()
    const clock = fakeClock()
    answerLast(socket, REFUSED, 'GET', clock)
    expect(clock.pending).toBe(0)
  })
})

describe('the answer to what is malformed', () => {
  const malformed = (code: string): Error => Object.assign(new Error('malformed'), { code })

  it.each(['HPE_INVALID_METHOD', 'ERR_HTTP_REQUEST_TIMEOUT'])('ends the reading: %s', async (code) => {
    const { client, socket } = await connected()
    socket.resume()
    const { lambda } = scripted()
    answerMalformed(serveLambda(lambda('web'), alb()), malformed(code), socket)
    expect(socket.isPaused()).toBe(true)
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 40\d /)
  })

  it.each([
    ['a connection that broke, which comes as an error too', (socket: Socket) => socket.destroy()],
    ['one that has had its last answer', (socket: Socket) => answerLast(socket, REFUSED)],
  ])('is not for %s', async (_, end) => {
    const { socket } = await connected()
    const { lambda } = scripted()
    const told: unknown[] = []
    const handler = serveLambda(lambda('web'), alb(), { observers: [(event) => told.push(event)] })
    end(socket)
    answerMalformed(handler, malformed('ECONNRESET'), socket)
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual([])
  })
})

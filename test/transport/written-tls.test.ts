import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Agent, createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { failureOf } from '../invoker/support.js'
import { watchSent } from './wire/watch-sent.js'

const pem = (name: string): Buffer => readFileSync(new URL(`./tls/${name}.pem`, import.meta.url))

/** What the server read whole; it never answers, so that only the client can end a call. */
let received = 0
const server = createServer({ key: pem('key'), cert: pem('cert') }, (request, response) => {
  request.resume().once('end', () => {
    received++
    server.emit('received')
    if (received === 1) response.setHeader('x-amzn-requestid', 'r-1').end('1')
  })
})
let client: LambdaClient

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = new LambdaClient({
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { httpsAgent: new Agent({ ca: pem('cert'), keepAlive: true }) },
  })
})

afterAll(() => {
  client.destroy()
  server.close()
  server.closeAllConnections()
})

/** Aborts as soon as the bytes have been handed over, before Node tells that they are out. */
function abortOnStart(controller: AbortController): () => void {
  const channel = 'http.client.request.start'
  const onStart = (): void => process.nextTick(() => process.nextTick(() => controller.abort()))
  subscribe(channel, onStart)
  const stop = watchSent({ onSent: onStart })
  return () => {
    unsubscribe(channel, onStart)
    stop()
  }
}

describe('a request over TLS', () => {
  it('may have run from the moment it is handed to a secure connection, though Node tells of it later', async () => {
    const lambda = createInvoker({ client })
    onTestFinished(() => lambda.destroy())
    expect(await lambda('quote').invoke({})).toBe(1)

    const controller = new AbortController()
    const stop = abortOnStart(controller)
    const arrived = once(server, 'received')
    const error = await failureOf(lambda('quote').invoke({}, { signal: controller.signal }))
    stop()

    await arrived
    expect(received).toBe(2)
    expect(error).toMatchObject({ code: 'Aborted', mayHaveRun: true })
  })
})

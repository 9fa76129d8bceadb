import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One SendMessage request, as it came. */
export interface Sent {
  readonly QueueUrl: string
  readonly MessageBody: string
  readonly MessageGroupId?: string
  readonly MessageDeduplicationId?: string
}

/** A queue on 127.0.0.1 that speaks as much of SQS's JSON protocol as sending takes. */
export interface StubQueue extends AsyncDisposable {
  readonly endpoint: string
  readonly url: string
  readonly sent: readonly Sent[]
  /** What the next requests are answered with, in place of success: a status, a hung request, or a cut connection. */
  readonly troubles: (number | 'hang' | 'cut')[]
}

export async function startQueue(name = 'failed-calls'): Promise<StubQueue> {
  const sent: Sent[] = []
  const troubles: (number | 'hang' | 'cut')[] = []
  const server = createServer((request, response) => void answer(request, response))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const message = JSON.parse(await text(request)) as Sent
    const trouble = troubles.shift()
    if (trouble === 'hang') return
    if (trouble === 'cut') {
      request.socket.destroy()
      return
    }
    response.writeHead(trouble ?? 200, { 'content-type': 'application/x-amz-json-1.0' })
    if (trouble !== undefined) {
      response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#InternalError', message: 'no' }))
      return
    }
    sent.push(message)
    const MD5OfMessageBody = createHash('md5').update(message.MessageBody).digest('hex')
    response.end(JSON.stringify({ MessageId: String(sent.length), MD5OfMessageBody }))
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint,
    url: `${endpoint}/123456789012/${name}`,
    sent,
    troubles,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

import { alb } from 'resilient-lambda/http'
import { describe, expect, it } from 'vitest'
import type { GatewayAnswer, IncomingRequest } from '../../../src/http/server/exchange.js'
import { serveLambda } from '../../../src/http/server/serve-lambda.js'
import { scripted } from '../../invoker/support.js'

/** What the front door makes of a request, and what it sent on. */
async function asked(
  request: Partial<IncomingRequest>,
): Promise<{ readonly answer: GatewayAnswer; readonly sent: readonly SentEvent[] }> {
  const { lambda, script } = scripted()
  script('web').replies({ statusCode: 200, headers: {}, body: 'here' })
  const answer = await serveLambda(lambda('web'), alb()).handle({
    method: 'GET',
    path: '/',
    query: '',
    headers: [['Host', 'shop.example']],
    body: undefined,
    origin: { address: '203.0.113.7', protocol: 'http', port: 80 },
    id: '00000000-0000-4000-8000-000000000000',
    receivedMs: 0,
    signal: new AbortController().signal,
    ...request,
  })
  return { answer, sent: script('web').requests.map(({ payload }) => payload as SentEvent) }
}

interface SentEvent {
  readonly headers: Readonly<Record<string, string>>
}

const host = ['Host', 'shop.example'] as const
const addresses = (count: number): string =>
  Array.from({ length: count }, (_, at) => `10.0.0.${at}`).join(', ')

describe('a request that no load balancer passes on', () => {
  it.each<[string, Partial<IncomingRequest>, number, string]>([
    ['TRACE', { method: 'TRACE' }, 405, 'MethodNotAllowed'],
    ['CONNECT', { method: 'CONNECT', path: 'shop.example:443' }, 405, 'MethodNotAllowed'],
    [
      'the upgrade to a WebSocket',
      { headers: [host, ['Connection', 'Upgrade'], ['Upgrade', 'WebSocket']] },
      400,
      'LambdaWebsocketNotSupported',
    ],
    ['a target without a path', { method: 'OPTIONS', path: '*' }, 400, 'BadRequestTarget'],
    ['a target that is an address', { path: 'http://user@shop.example/' }, 400, 'BadRequestTarget'],
    ['no host', { headers: [] }, 400, 'BadHost'],
    ['two hosts', { headers: [host, ['host', 'shop.example']] }, 400, 'BadHost'],
    [
      'a transfer coding that nobody undoes',
      { headers: [host, ['Transfer-Encoding', 'gzip, chunked']] },
      400,
      'BadTransferCoding',
    ],
    [
      'chunks in HTTP/1.0',
      { headers: [host, ['Transfer-Encoding', 'chunked']], httpVersion: '1.0' },
      400,
      'BadTransferCoding',
    ],
    [
      'a transfer coding that is empty',
      { headers: [host, ['Transfer-Encoding', '']] },
      400,
      'BadTransferCoding',
    ],
    [
      'more than 30 forwarded addresses',
      { headers: [host, ['X-Forwarded-For', addresses(31)]] },
      463,
      'TooManyForwardedAddresses',
    ],
    [
      'more than 30 forwarded addresses in several headers',
      { headers: [host, ['X-Forwarded-For', addresses(15)], ['x-forwarded-for', addresses(16)]] },
      463,
      'TooManyForwardedAddresses',
    ],
    ['a path of more than 16 K', { path: `/${'a'.repeat(16_383)}` }, 414, 'UriTooLong'],
    ['a query of more than 16 K', { query: 'a'.repeat(16_383) }, 414, 'UriTooLong'],
    ['a header of more than 16 K', { headers: [host, ['x-a', 'a'.repeat(16_378)]] }, 400, 'HeadersTooLarge'],
    [
      'headers of more than 64 K in all',
      { headers: [host, ...Array.from({ length: 4 }, () => ['x-a', 'a'.repeat(16_377)] as const)] },
      400,
      'HeadersTooLarge',
    ],
    ['a header that is no UTF-8', { headers: [host, ['x-a', 'J\xf6rg']] }, 400, 'LambdaBadRequest'],
  ])('is answered here: %s', async (_, request, status, reason) => {
    const { answer, sent } = await asked(request)
    expect(answer.reply.status).toBe(status)
    expect(answer).toMatchObject({ source: 'gateway', reason })
    expect(answer.reply.headers).toContainEqual(['x-answered-by', `gateway; reason=${reason}`])
    expect(sent).toHaveLength(0)
  })

  it('is refused by the first rule that speaks against it', async () => {
    const { answer } = await asked({ method: 'TRACE', path: '*', headers: [] })
    expect(answer.reply.status).toBe(405)
  })
})

describe('a request that a load balancer passes on', () => {
  it.each<[string, Partial<IncomingRequest>]>([
    ['30 forwarded addresses', { headers: [host, ['X-Forwarded-For', addresses(30)]] }],
    ['a URL of 16 K', { path: `/${'a'.repeat(16_000)}`, query: 'a'.repeat(382) }],
    ['a header of 16 K', { headers: [host, ['x-a', 'a'.repeat(16_377)]] }],
    ['an upgrade to something else', { headers: [host, ['Upgrade', 'h2c'], ['Connection', 'Upgrade']] }],
    ['a transfer coding that is undone', { headers: [host, ['Transfer-Encoding', 'Chunked']] }],
    ['a method that is nowhere defined', { method: 'BREW' }],
  ])('goes to the function: %s', async (_, request) => {
    const { answer, sent } = await asked(request)
    expect(answer).toMatchObject({ source: 'function', reply: { status: 200 } })
    expect(sent).toHaveLength(1)
  })

  it('leaves behind what was meant for the connection', async () => {
    const { sent } = await asked({
      headers: [
        host,
        ['Connection', 'keep-alive, X-Mine, Host'],
        ['Keep-Alive', 'timeout=5'],
        ['X-Mine', '1'],
        ['TE', 'trailers'],
        ['Upgrade', 'h2c'],
        ['Proxy-Authorization', 'Basic c2VjcmV0'],
        ['X-Kept', '1'],
      ],
    })
    expect(Object.keys(sent[0]?.headers ?? {})).toEqual([
      'host',
      'x-kept',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-port',
      'x-amzn-trace-id',
    ])
  })

  it('says where it came from', async () => {
    const { sent } = await asked({
      headers: [host, ['X-Forwarded-For', '198.51.100.1'], ['X-Forwarded-Port', '1']],
      origin: { address: '203.0.113.7', protocol: 'https', port: 8443 },
    })
    expect(sent[0]?.headers).toMatchObject({
      'x-forwarded-for': '198.51.100.1, 203.0.113.7',
      'x-forwarded-port': '8443',
      'x-forwarded-proto': 'https',
    })
  })

  it('has the text of its headers, which travel as bytes', async () => {
    const { sent } = await asked({ headers: [host, ['X-Name', Buffer.from('Jörg 🦆').toString('latin1')]] })
    expect(sent[0]?.headers['x-name']).toBe('Jörg 🦆')
  })
})

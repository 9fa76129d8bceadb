import type { GatewayAnswer, HttpHandler, IncomingRequest } from '../http/server/exchange.js'
import { printable, printableJson } from './printable.js'

/** What is known of one request when it has been answered. */
export interface Access {
  readonly request: Pick<IncomingRequest, 'method' | 'path' | 'query' | 'origin' | 'receivedMs'>
  readonly answer: GatewayAnswer
  /** From the request's head to the answer, in ms. */
  readonly durationMs: number
  /** Of the request's body, as far as it was read. */
  readonly receivedBytes: number
}

/** One entry, by the names that it has in JSON; a field that is not known is absent. */
interface Entry {
  readonly time: string
  readonly client: string
  readonly method: string
  readonly url: string
  readonly status: number
  readonly source: string
  readonly reason: string | undefined
  readonly function: string | undefined
  readonly attempts: number
  readonly durationMs: number
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly requestId: string | undefined
}

/** The columns of the log as text. */
export const FIELDS = '#Fields: time client "request" status source reason function attempts ms in out request-id'

/** How a log may be written: as columns like those of a load balancer, or as a JSON object on each line. */
export const LOG_FORMATS = { text: asText, json: (access: Access): string => printableJson(entryOf(access)) } as const

function asText(access: Access): string {
  const entry = entryOf(access)
  return [
    entry.time,
    field(entry.client),
    `"${printable(`${entry.method} ${entry.url}`)} HTTP/1.1"`,
    entry.status,
    entry.source,
    field(entry.reason),
    field(entry.function),
    entry.attempts,
    entry.durationMs,
    entry.receivedBytes,
    entry.sentBytes,
    field(entry.requestId),
  ].join(' ')
}

function entryOf({ request, answer, durationMs, receivedBytes }: Access): Entry {
  const { method, path, query, origin, receivedMs } = request
  const { reply, source, reason, target, meta } = answer
  return {
    time: new Date(receivedMs).toISOString(),
    client: origin.address,
    method,
    url: query === '' ? path : `${path}?${query}`,
    status: reply.status,
    source,
    reason,
    function: target,
    attempts: meta?.attempts.length ?? 0,
    durationMs: Math.round(durationMs),
    receivedBytes,
    sentBytes: method === 'HEAD' ? 0 : reply.body.byteLength,
    requestId: meta?.requestId ?? meta?.attempts.at(-1)?.requestId,
  }
}

/** A column ends at a space, so what has one is quoted. */
function field(value: string | undefined): string {
  if (value === undefined || value === '') return '-'
  const shown = printable(value)
  return shown === value && !shown.includes(' ') ? shown : `"${shown}"`
}

/** The handler, with `log` told of each request that it has answered. */
export function logged(handler: HttpHandler, log: (access: Access) => void, now: () => number): HttpHandler {
  async function handle(request: IncomingRequest): Promise<GatewayAnswer> {
    const start = now()
    let receivedBytes = 0
    const count = (bytes: number): void => void (receivedBytes += bytes)
    const body = request.body && counted(request.body, count)
    const answer = await handler.handle({ ...request, body })
    log({ request, answer, durationMs: now() - start, receivedBytes })
    return answer
  }
  return Object.assign((request: Request) => handler(request), { handle })
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.byteLength)
    yield chunk
  }
}

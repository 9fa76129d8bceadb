import { randomUUID } from 'node:crypto'
import type { HttpRequest } from './message.js'

/** A standard Request's head as it would go over the wire; its body is read apart. */
export function headOf(request: Request, address: string): Omit<HttpRequest, 'body'> {
  const { protocol, host, port, pathname, search } = new URL(request.url)
  const secure = protocol === 'https:'
  const headers = [...request.headers]
  // A Request names its host in its URL.
  if (!request.headers.has('host')) headers.unshift(['host', host])
  return {
    method: request.method.toUpperCase(),
    path: pathname,
    query: search.slice(1),
    headers,
    origin: {
      address,
      protocol: secure ? 'https' : 'http',
      port: port === '' ? (secure ? 443 : 80) : Number(port),
    },
    id: randomUUID(),
    receivedMs: Date.now(),
  }
}

import type { HttpHeaders } from 'resilient-lambda/http'

/** A request of the table, as it is written on the wire. */
export interface Sent {
  /** @defaultValue 'GET' */
  readonly method?: string
  /** Path and query, exactly as in the request line. */
  readonly target: string
  readonly headers?: HttpHeaders
  readonly body?: string | Uint8Array
}

import type { LambdaClient } from '@aws-sdk/client-lambda'
import { connectionSettingsOf } from './wire/connection-settings.js'
import { Pool } from './wire/pool.js'
import { withAnswer } from './wire/with-answer.js'
import type { Exchange, Wire, WireHead, WireRequest } from './wire/wire.js'
import type { Sighting } from './sighting.js'
import { noteHead } from './reply-head.js'

/** A request as the SDK's middleware leaves it, signed. */
export interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers: Record<string, string>
  readonly body?: Uint8Array
}

/** A reply as the SDK's middleware reads it, with the whole body. */
export interface SdkResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * Sends a client's Invokes in the place of the SDK's handler, by the settings of its agent, but over connections of its
 * own: they tell what has left, and need no streams, and no timers and listeners for each request.
 */
export class OwnHandler {
  readonly #client: LambdaClient
  /** By origin, of which a client has one. */
  readonly #wires = new Map<string, Wire>()

  constructor(client: LambdaClient) {
    this.#client = client
  }

  async send(request: SdkRequest, sighting: Sighting): Promise<{ readonly response: SdkResponse }> {
    const { protocol, hostname, port } = request
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
    const wire = this.#wires.get(origin) ?? (await this.#open(origin, protocol))
    const response = await new Promise<SdkResponse>((resolve, reject) => {
      new OwnExchange(request, sighting, resolve, reject).begin(wire)
    })
    return { response }
  }

  async #open(origin: string, protocol: string): Promise<Wire> {
    const settings = await connectionSettingsOf(this.#client, protocol)
    // Another request may have been here in the meantime.
    const wire = this.#wires.get(origin) ?? new Pool(new URL(origin), settings)
    this.#wires.set(origin, wire)
    return wire
  }

  destroy(): void {
    for (const wire of this.#wires.values()) wire.destroy()
  }
}

function wireRequestOf({ path, query, headers, body }: SdkRequest): WireRequest {
  const text = queryOf(query)
  return { method: 'POST', path: text === '' ? path : `${path}?${text}`, headers: lowerCased(headers), body }
}

/** The SDK and an observer's carrier may name the same header each in its own way; the later one holds, as in node:http. */
function lowerCased(headers: SdkRequest['headers']): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name in headers) result[name.toLowerCase()] = headers[name] ?? ''
  return result
}

function queryOf(query: SdkRequest['query']): string {
  return Object.entries(query ?? {})
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&')
}

/** One request over a wire, as the promise that the SDK's middleware waits for. */
class OwnExchange implements Exchange {
  readonly #request: SdkRequest
  readonly #sighting: Sighting
  readonly #resolve: (response: SdkResponse) => void
  readonly #reject: (error: Error) => void
  #head: WireHead | undefined

  constructor(
    request: SdkRequest,
    sighting: Sighting,
    resolve: (response: SdkResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#request = request
    this.#sighting = sighting
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(wire: Wire): void {
    const { scope } = this.#sighting.context
    // Connections may come when nobody waits any more.
    if (scope.cancelled) return this.#reject(new Error(scope.cancelled.message))
    const sent = wire.send(this)
    this.#sighting.letGo = scope.onCancel(({ message }) => {
      sent.cancel()
      this.#reject(new Error(message))
    })
  }

  request(): WireRequest {
    return wireRequestOf(this.#request)
  }

  onSent(whole: boolean): void {
    const { attempt } = this.#sighting
    if (attempt.ran !== 'yes') attempt.ran = whole ? 'maybe' : 'no'
  }

  onHead(head: WireHead): void {
    this.#head = head
    const { attempt, request } = this.#sighting
    noteHead(head.status, head.headers, attempt, this.#sighting, request.durableExecutionName)
  }

  onReply({ status: statusCode, headers }: WireHead, body: Uint8Array): void {
    this.#resolve({ statusCode, headers, body })
  }

  onError(error: Error): void {
    this.#reject(this.#head ? withAnswer(error, this.#head) : error)
  }
}

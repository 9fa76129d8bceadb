import { channel } from 'node:diagnostics_channel'
import { tell } from '../../core/emitter.js'
import type { HealthChanged } from './gateway/health.js'

/** A request was answered. */
export interface HttpAnswered {
  readonly type: 'http.answered'
  /** Empty, as the path is, where what came was no HTTP. */
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  /** As it was sent, without the question mark; empty when there is none. */
  readonly query: string
  /** Such as `1.1`; absent where only a standard Request was known. */
  readonly httpVersion?: string
  readonly status: number
  /** Whose answer it is: the function's own, or the front door's in its place. */
  readonly source: 'function' | 'gateway'
  /** Why the front door answered itself; absent for the function's answers. */
  readonly reason?: string
  /** The function that the request was for; absent where no route led to one. */
  readonly target?: string
  /** Until the answer was ready to be sent, in ms. */
  readonly durationMs: number
  /** Of the request's body, as far as it was read. */
  readonly requestBytes: number
  /** Of the answer's body. */
  readonly replyBytes: number
  /** The address of the client, as far as it is known. */
  readonly client: string
  /** Lambda's id of the last attempt. */
  readonly requestId?: string
  /** How many requests were sent to Lambda. */
  readonly attempts: number
  /** What went wrong, in full; absent for the function's answers. */
  readonly error?: unknown
}

/** What happens at a front door. */
export type GatewayEvent = HttpAnswered | HealthChanged

/** Watches a front door from the side; whatever it throws is caught and changes nothing. */
export type GatewayObserver = (event: GatewayEvent) => void

/** Carries every event of every front door in the process, for tools. */
const events = channel('resilient-lambda.http')

/** Those who watch front doors, heard and held at arm's length. */
export class GatewayObservers {
  readonly #observers: readonly { readonly event: GatewayObserver }[]

  constructor(observers: readonly GatewayObserver[] = []) {
    this.#observers = observers.map((event) => ({ event }))
  }

  /** Builds the event only where somebody listens. */
  tell(make: () => GatewayEvent): void {
    if (this.#observers.length === 0 && !events.hasSubscribers) return
    const event = Object.freeze(make())
    for (const observer of this.#observers) tell(observer, event)
    events.publish(event)
  }
}

import type { LambdaClient } from '@aws-sdk/client-lambda'
import type { Context } from '../../core/call.js'
import type { LiveAttempt } from '../../core/attempt-record.js'
import { failed, type Outcome } from '../../core/outcome.js'
import type { Failure } from '../../failures/failure.js'
import { underName } from '../durable.js'
import { noteHead, type DurableHead } from '../reply-head.js'
import type { InvokeRequest } from '../transport.js'
import type { Credentials } from './credentials.js'
import { errorOfReply, outcomeOfReply } from './reply.js'
import type { LambdaService } from './service.js'
import { signedRequest, type Signed } from './signed.js'
import type { Signer } from './sigv4.js'
import { judge } from './verdict.js'
import { requestTimedOut } from '../wire/wire-errors.js'
import { withAnswer } from '../wire/with-answer.js'
import type { Exchange, Sent, Wire, WireHead, WireRequest } from '../wire/wire.js'

/** What all attempts of one transport share. */
export interface LeanParts {
  readonly signer: Signer
  clientOf(region: string | undefined): LambdaClient
  /** Without a promise once it is known. */
  laneOf(client: LambdaClient, region: string | undefined): Lane | Promise<Lane>
}

/** Where requests of a client go, and over what. */
export interface Lane {
  readonly service: LambdaService
  readonly wire: Wire
}

type Settle = (outcome: Outcome) => void

/**
 * One request from the client's settings to the outcome. Each step follows the one before without a promise where what
 * it needs is at hand; and it ends as soon as its scope is cancelled, whatever is still under way.
 */
export class LeanAttempt implements Exchange {
  readonly #request: InvokeRequest
  readonly #context: Context
  readonly #parts: LeanParts
  readonly #settle: Settle
  readonly #live: LiveAttempt
  readonly #durable: DurableHead = { durableExecutionArn: undefined, nameIgnored: false }
  #forget: (() => void) | undefined
  #over = false
  #signed: Signed | undefined
  #sent: Sent | undefined
  #head: WireHead | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(request: InvokeRequest, context: Context, parts: LeanParts, settle: Settle) {
    this.#request = request
    this.#context = context
    this.#parts = parts
    this.#settle = settle
    this.#live = context.attempt ?? { number: 1, startedMs: 0, ran: 'no' }
    this.#live.ran = 'no'
  }

  begin(): void {
    this.#forget = this.#context.scope.onCancel((why) => this.#cancel(why))
    if (this.#over) return
    const { region } = this.#request
    let client: LambdaClient | undefined
    try {
      client = this.#parts.clientOf(region)
      const lane = this.#parts.laneOf(client, region)
      if (lane instanceof Promise) this.#goOnWith(lane.then((found) => this.#askCredentials(found)))
      else this.#askCredentials(lane)
    } catch (error) {
      this.#fail(error, client && false)
    }
  }

  #askCredentials(lane: Lane): void {
    if (this.#over) return
    const credentials = lane.service.credentials()
    if (credentials instanceof Promise) this.#goOnWith(credentials.then((given) => this.#send(lane, given)))
    else this.#send(lane, credentials)
  }

  #goOnWith(step: Promise<void>): void {
    step.catch((error: unknown) => this.#fail(error, false))
  }

  #send({ service, wire }: Lane, credentials: Credentials): void {
    // Credentials may come when nobody waits any more.
    if (this.#over) return
    const { requestTimeoutMs } = service.connection
    this.#signed = { service, credentials, offsetMs: service.clockOffsetMs }
    this.#sent = wire.send(this)
    if (requestTimeoutMs !== undefined && !this.#over) this.#limit(requestTimeoutMs)
  }

  request(): WireRequest {
    const signed = this.#signed as Signed
    // The clock may have been corrected while this waited for a connection.
    signed.offsetMs = signed.service.clockOffsetMs
    try {
      return signedRequest(this.#request, this.#context, this.#live.number, signed, this.#parts.signer)
    } catch (error) {
      this.#fail(error, false)
      throw error
    }
  }

  #limit(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#sent?.cancel()
      this.onError(requestTimedOut(ms))
    }, ms)
  }

  onSent(whole: boolean): void {
    if (this.#live.ran !== 'yes') this.#live.ran = whole ? 'maybe' : 'no'
  }

  onHead(head: WireHead): void {
    this.#head = head
    clearTimeout(this.#timer)
    noteHead(head.status, head.headers, this.#live, this.#durable, this.#request.durableExecutionName)
  }

  onReply(head: WireHead, body: Uint8Array): void {
    if (head.status < 200 || head.status >= 300) return this.#fail(errorOfReply(head, body), true)
    const outcome = outcomeOfReply(head, body, this.#durable)
    this.#end(this.#request.durableExecutionName === undefined ? outcome : underName(outcome, this.#durable))
  }

  onError(error: Error): void {
    this.#fail(this.#head ? withAnswer(error, this.#head) : error, true)
  }

  #fail(error: unknown, reached: boolean | undefined): void {
    if (this.#over) return
    const { ran } = this.#live
    const story = { reached: ran === 'no' ? reached : true, ran, signed: this.#signed, head: this.#head }
    const outcome = failed(judge(error, story, this.#context.clock))
    this.#end(this.#durable.nameIgnored ? underName(outcome, this.#durable) : outcome)
  }

  #cancel(why: Failure): void {
    this.#end(failed(why))
    this.#sent?.cancel()
  }

  #end(outcome: Outcome): void {
    if (this.#over) return
    this.#over = true
    this.#forget?.()
    clearTimeout(this.#timer)
    this.#settle(outcome)
  }
}

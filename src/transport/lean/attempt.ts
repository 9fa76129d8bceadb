import type { LambdaClient } from '@aws-sdk/client-lambda'
import type { Context } from '../../core/call.js'
import type { LiveAttempt } from '../../core/history.js'
import { failed, type Outcome } from '../../core/outcome.js'
import { classify } from '../../failures/classify.js'
import { failure, type Failure } from '../../failures/failure.js'
import { underName } from '../durable.js'
import { noteHead, type DurableHead } from '../reply-head.js'
import { RegionMismatch } from '../sdk.js'
import type { InvokeRequest } from '../transport.js'
import type { Credentials } from './credentials.js'
import { headOf } from './invoke.js'
import { errorOfReply, isAboutTime, markClockCorrected, outcomeOfReply, withAnswer } from './reply.js'
import { serviceOf, type LambdaService } from './service.js'
import type { Signer } from './sigv4.js'
import { requestTimedOut } from './wire-errors.js'
import type { Exchange, Sent, Wire, WireHead } from './wire.js'

/** What all attempts of one transport share. */
export interface LeanParts {
  readonly signer: Signer
  clientOf(region: string | undefined): LambdaClient
  wireOf(service: LambdaService): Wire
}

/**
 * One request from the client's settings to the outcome. Each step follows the one before at once where what it needs
 * is at hand, without a promise; and it ends as soon as its scope is cancelled, whatever is still under way.
 */
export class LeanAttempt implements Exchange {
  readonly #request: InvokeRequest
  readonly #context: Context
  readonly #parts: LeanParts
  readonly #settle: (outcome: Outcome) => void
  readonly #live: LiveAttempt
  readonly #durable: DurableHead = { durableExecutionArn: undefined, nameIgnored: false }
  #forget: (() => void) | undefined
  #over = false
  #service: LambdaService | undefined
  #credentials: Credentials | undefined
  #sent: Sent | undefined
  #head: WireHead | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(
    request: InvokeRequest,
    context: Context,
    parts: LeanParts,
    settle: (outcome: Outcome) => void,
  ) {
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
    try {
      const service = serviceOf(this.#parts.clientOf(region), region)
      if (service instanceof Promise)
        service.then(
          (service) => this.#found(service),
          (error: unknown) => this.#fail(error, undefined),
        )
      else this.#found(service)
    } catch (error) {
      this.#fail(error, undefined)
    }
  }

  #found(service: LambdaService): void {
    if (this.#over) return
    this.#service = service
    try {
      const credentials = service.credentials()
      if (credentials instanceof Promise)
        credentials.then(
          (credentials) => this.#send(service, credentials),
          (error: unknown) => this.#fail(error, false),
        )
      else this.#send(service, credentials)
    } catch (error) {
      this.#fail(error, false)
    }
  }

  #send(service: LambdaService, credentials: Credentials): void {
    // Credentials may come when nobody waits any more.
    if (this.#over) return
    this.#credentials = credentials
    const request = this.#request
    const { body } = request
    const method = 'POST'
    const { host, pathname } = service.endpoint
    try {
      const head = headOf(request, this.#context, this.#live.number, service.userAgent)
      const { query } = head
      const path = pathname === '/' ? head.path : `${pathname.replace(/\/$/, '')}${head.path}`
      const dateMs = this.#context.clock.date() + service.clockOffsetMs
      const headers = this.#parts.signer.sign(
        { method, host, path, query, headers: head.headers, body },
        credentials,
        service.signing,
        dateMs,
      )
      const target = query === '' ? path : `${path}?${query}`
      this.#sent = this.#parts.wireOf(service).send({ method, path: target, headers, body }, this)
    } catch (error) {
      return this.#fail(error, false)
    }
    const { requestTimeoutMs } = service.connection
    if (requestTimeoutMs !== undefined && !this.#over) this.#limit(requestTimeoutMs)
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

  onReply(body: Uint8Array): void {
    const head = this.#head
    if (!head) return
    if (head.status >= 300) return this.#fail(errorOfReply(head, body), true)
    const outcome = outcomeOfReply(head, body, this.#durable)
    this.#end(this.#request.durableExecutionName === undefined ? outcome : underName(outcome, this.#durable))
  }

  onError(error: Error): void {
    this.#fail(this.#head ? withAnswer(error, this.#head) : error, true)
  }

  #fail(error: unknown, reached: boolean | undefined): void {
    if (this.#over) return
    const nowMs = this.#context.clock.date()
    if (error instanceof RegionMismatch)
      return this.#end(failed(failure('RegionMismatch', error.message, { ran: 'no' })))
    const { headers } = this.#head ?? {}
    if (isAboutTime(error) && this.#service?.correctClock(headers?.['date'], nowMs)) markClockCorrected(error)
    const why = classify(error, { reached, ran: this.#live.ran, nowMs })
    if (why.code === 'ExpiredTokenException' && this.#credentials) this.#service?.refuse(this.#credentials)
    this.#end(this.#durable.nameIgnored ? underName(failed(why), this.#durable) : failed(why))
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

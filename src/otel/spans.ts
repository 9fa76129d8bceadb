import {
  context as contexts,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import type { CallEvent, ObservedScope } from '../core/events.js'
import type { Failure } from '../failures/failure.js'
import { ATTRIBUTES, outcomeAttributes, pointAttributes, targetAttributes } from './attributes.js'

type Event<Type extends CallEvent['type']> = Extract<CallEvent, { readonly type: Type }>

/** A span that has not ended, and the context in which it is the active one. */
interface Open {
  readonly span: Span
  readonly context: Context
}

interface OpenCall extends Open {
  readonly target: string
  readonly attempts: Map<number, Open>
}

/** One span for each call with a child for each attempt. A call is remembered from its start to its end and no longer. */
export class CallSpans {
  readonly #tracer: Tracer
  readonly #propagates: boolean
  /** Under which a context tells the call that it belongs to. No `createContextKey`, which gives all observers one key. */
  readonly #key = Symbol('resilient-lambda call')
  readonly #calls = new Map<number, OpenCall>()

  constructor(tracer: Tracer, propagates: boolean) {
    this.#tracer = tracer
    this.#propagates = propagates
  }

  /** Calls that have begun and not ended. */
  get size(): number {
    return this.#calls.size
  }

  event(event: CallEvent): void {
    if (event.type === 'call.started') return this.#startCall(event)
    const call = this.#calls.get(event.call)
    if (!call) return
    switch (event.type) {
      case 'attempt.started':
        return this.#startAttempt(call, event)
      case 'attempt.ended':
        return endAttempt(call, event)
      case 'call.ended':
        this.#calls.delete(event.call)
        return endCall(call, event)
      default:
        call.span.addEvent(event.type, {
          ...(event.target !== call.target && { [ATTRIBUTES.target]: event.target }),
          ...pointAttributes(event),
        })
    }
  }

  /** Makes the span active while `run` runs; for an attempt, sends its context along to the function. */
  around<T>({ call, attempt, carrier }: ObservedScope, run: () => Promise<T>): Promise<T> {
    const open = this.#calls.get(call)
    const inside = attempt === undefined ? open : open?.attempts.get(attempt)
    if (!inside) return run()
    if (attempt !== undefined && this.#propagates) propagation.inject(inside.context, carrier)
    return contexts.with(inside.context, run)
  }

  #startCall(event: Event<'call.started'>): void {
    const parent = contexts.active()
    const attributes = { ...targetAttributes(event), [ATTRIBUTES.idempotent]: event.idempotent }
    const span = this.#tracer.startSpan(
      `invoke ${nameOf(event)}`,
      { kind: kindOf(event), attributes },
      parent,
    )
    const context = trace.setSpan(parent, span).setValue(this.#key, event.call)
    this.#calls.set(event.call, { span, context, target: event.target, attempts: new Map() })
  }

  #startAttempt(call: OpenCall, event: Event<'attempt.started'>): void {
    const active = contexts.active()
    // A span that a policy of the user's made in this call is the parent; without a context manager nothing is active.
    const parent = active.getValue(this.#key) === event.call ? active : call.context
    const attributes = {
      ...targetAttributes(event),
      [ATTRIBUTES.attempt]: event.attempt,
      ...(event.invoked && INVOKE),
    }
    const span = this.#tracer.startSpan(
      `attempt ${nameOf(event)}`,
      { kind: kindOf(event), attributes },
      parent,
    )
    call.attempts.set(event.attempt, { span, context: trace.setSpan(parent, span) })
  }
}

const INVOKE = {
  [ATTRIBUTES.rpcSystem]: 'aws-api',
  [ATTRIBUTES.rpcService]: 'Lambda',
  [ATTRIBUTES.rpcMethod]: 'Invoke',
}

function endAttempt({ attempts }: OpenCall, event: Event<'attempt.ended'>): void {
  const attempt = attempts.get(event.attempt)
  if (!attempt) return
  attempts.delete(event.attempt)
  attempt.span.setAttributes({
    ...outcomeAttributes(event),
    [ATTRIBUTES.ran]: event.ran,
    ...(event.requestId !== undefined && { [ATTRIBUTES.requestId]: event.requestId }),
  })
  end(attempt.span, event.failure)
}

function endCall({ span, attempts }: OpenCall, event: Event<'call.ended'>): void {
  // A policy of the user's may answer before an attempt has ended.
  for (const attempt of attempts.values()) attempt.span.end()
  span.setAttributes({
    ...outcomeAttributes(event),
    [ATTRIBUTES.attempts]: event.attempts.length,
    [ATTRIBUTES.mayHaveRun]: event.mayHaveRun,
    [ATTRIBUTES.queuedMs]: event.queuedMs,
  })
  end(span, event.failure)
}

function end(span: Span, failure: Failure | undefined): void {
  if (failure) span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message })
  span.end()
}

function nameOf({ invoked, target }: CallEvent): string {
  return invoked?.name ?? target
}

/** What is protected by hand need not leave the process. */
function kindOf({ invoked }: CallEvent): SpanKind {
  return invoked ? SpanKind.CLIENT : SpanKind.INTERNAL
}

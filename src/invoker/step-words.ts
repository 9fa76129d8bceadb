import { formatMs } from '../core/duration.js'
import { FAILURE_KINDS } from '../failures/verdict.js'
import { ORDER } from '../policies/order.js'
import type { BulkheadSettings } from '../policies/bulkhead.js'
import { quantileInWords } from '../policies/hedge-settings.js'
import type { BackoffSettings, RetrySettings } from '../policies/retry-settings.js'
import { jsonCodec } from '../transport/payload.js'
import { placeInWords } from './idempotency-key.js'
import { otherPlans } from './failover.js'
import type { Plan } from './plan.js'
import { subjectOf } from './target.js'

/** What one step is set to, as data and in words. */
type Describe = (
  plan: Plan,
  clientBulkhead: BulkheadSettings | false,
) => readonly [settings: unknown, words: string]

const OFF = [false, 'off'] as const

const DESCRIBE: Readonly<Record<(typeof ORDER)[number] | 'transport', Describe>> = {
  deadLetter: ({ deadLetter }) =>
    deadLetter
      ? [
          deadLetter,
          `for ${deadLetter.kinds.length === FAILURE_KINDS.length ? 'every kind of failure' : deadLetter.kinds.join(', ')}; within ${formatMs(deadLetter.limitMs)}`,
        ]
      : OFF,
  fallback: ({ fallback }) =>
    fallback
      ? [
          fallback,
          `for ${fallback.kinds.join(', ')}; within ${formatMs(fallback.limitMs)}${fallback.repeats ? '; only where a repeat is safe' : ''}`,
        ]
      : OFF,
  deadline: ({ deadline }) => {
    if (!deadline) return OFF
    const { limitMs } = deadline
    return [
      deadline,
      typeof limitMs === 'number'
        ? `${formatMs(limitMs)} for the whole call`
        : 'the time that remains to the calling function',
    ]
  },
  failover: (plan) => {
    const others = otherPlans(plan).map(({ plan: { target }, chain }) => ({
      target: subjectOf(target).name,
      ...(chain && { plan: 'its own' }),
    }))
    if (!plan.failover || others.length === 0) return OFF
    const { withinMs } = plan.failover
    return [
      { targets: others, ...(withinMs !== undefined && { withinMs }) },
      [
        `to ${others.map(({ target, plan: own }) => (own ? `${target} with ${own} plan` : target)).join(', then ')}`,
        ...(withinMs === undefined ? [] : [`each but the last within ${formatMs(withinMs)}`]),
        'only where a repeat is safe',
      ].join('; '),
    ]
  },
  bulkhead: ({ bulkhead }, client) =>
    bulkhead || client
      ? [{ function: bulkhead, client }, `${places('function', bulkhead)}; ${places('client', client)}`]
      : OFF,
  retry: ({ retry, idempotent }) => {
    if (!retry) return OFF
    const { attempts, throttle, functionErrors, budget, retryIf } = retry
    return [
      retry,
      [
        `${attempts} attempts`,
        `waits ${waits(retry)}`,
        `after throttles ${waits(throttle)}`,
        idempotent ? 'repeats what may have run' : 'never repeats what may have run',
        `function errors: ${functionErrorsInWords(functionErrors, idempotent !== false)}`,
        budget === false ? 'no budget' : `each success pays for ${budget} retries that fail`,
        ...(retryIf ? ['decided by retryIf'] : []),
      ].join('; '),
    ]
  },
  adaptive: ({ adaptive }) =>
    adaptive
      ? [
          adaptive,
          `${adaptive.min} to ${adaptive.max} attempts in flight as throttles tell, ${adaptive.initial} at first; ${adaptive.queue} waiting, the earliest deadline first`,
        ]
      : OFF,
  breaker: ({ circuitBreaker: circuit }) => {
    if (!circuit) return OFF
    const slow =
      circuit.slowCalls &&
      `${percent(circuit.slowCalls.rate)} slower than ${formatMs(circuit.slowCalls.durationMs)}`
    return [
      circuit,
      [
        `opens at ${percent(circuit.failureRate)} failures of at least ${circuit.minimumCalls} in ${formatMs(circuit.windowMs)}`,
        `or ${circuit.consecutiveFailures} in a row${slow ? `, or ${slow}` : ''}`,
        `for ${formatMs(circuit.openForMs)}${circuit.maxOpenForMs > circuit.openForMs ? ` growing to ${formatMs(circuit.maxOpenForMs)}` : ''}`,
        `${circuit.probes} probes close it`,
      ].join('; '),
    ]
  },
  hedge: ({ hedge, idempotent }) => {
    if (!hedge) return OFF
    if (!idempotent)
      return hedge.whereSafe
        ? [false, 'off: the call is not declared idempotent']
        : [hedge, 'refuses every call, since they are not declared idempotent']
    const { after, atLeastMs, attempts, maxExtra } = hedge
    return [
      hedge,
      [
        'quantile' in after
          ? `after the ${quantileInWords(after.quantile)} of its own latency, at least ${formatMs(atLeastMs)}`
          : `after ${formatMs(after.fixedMs)}`,
        `${attempts} attempts at once`,
        `at most ${percent(maxExtra)} more than the calls that are answered`,
        'none while throttled or while the circuit is not closed',
      ].join('; '),
    ]
  },
  timeout: ({ timeout }) => (timeout ? [timeout, `${formatMs(timeout.limitMs)} for each attempt`] : OFF),
  transport: ({ logs, clientContext, idempotencyKey, forward, codec, input, output }) => [
    {
      logs,
      clientContext: clientContext !== undefined,
      idempotencyKey: idempotencyKey ? { as: idempotencyKey.as } : false,
      forward,
      codec: codec === jsonCodec ? 'json' : 'function',
      inputSchema: input !== undefined,
      outputSchema: output !== undefined,
    },
    [
      "one request for each attempt; the AWS SDK's own retries are off",
      ...(logs ? ['log tail'] : []),
      ...(clientContext ? ['client context'] : []),
      ...(idempotencyKey ? [`idempotency key as ${placeInWords(idempotencyKey.as)}`] : []),
      ...(forward ? ['deadline and attempt forwarded'] : []),
      ...(codec === jsonCodec ? [] : ['your own codec']),
      ...(input ? ['input checked'] : []),
      ...(output ? ['output checked'] : []),
    ].join('; '),
  ],
}

function functionErrorsInWords(retried: RetrySettings['functionErrors'], idempotent: boolean): string {
  if (retried === false) return 'not retried'
  const which = Array.isArray(retried)
    ? retried.join(', ')
    : typeof retried === 'function'
      ? 'by your function'
      : 'retried'
  return idempotent ? which : `${which}, only where it cannot have run`
}

function places(scope: string, settings: BulkheadSettings | false): string {
  if (!settings) return `${scope}: unbounded`
  const { concurrency, queue, maxWaitMs } = settings
  return `${scope}: ${concurrency} in flight, ${queue} waiting up to ${formatMs(maxWaitMs)}`
}

function waits({ backoff, baseDelayMs, maxDelayMs }: BackoffSettings): string {
  const name = typeof backoff === 'function' ? 'by your function' : backoff
  return `${name}, ${formatMs(baseDelayMs)} to ${formatMs(maxDelayMs)}`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}

/** A step at a time, in settings and in words, with the user's own policies where they stand. */
export function stepsOf(
  plan: Plan,
  client: BulkheadSettings | false,
): { step: string; settings: unknown; words: string }[] {
  const steps = [...ORDER, 'transport' as const].flatMap((step) => {
    const [settings, words] = DESCRIBE[step](plan, client)
    const own = (side: 'before' | 'after') =>
      plan.uses
        .filter((use) => use.place === step && use.side === side)
        .map(({ policy }) => ({ step: policy.name || 'use', settings: 'function', words: 'your own policy' }))
    return [...own('before'), { step, settings, words }, ...own('after')]
  })
  return steps
}

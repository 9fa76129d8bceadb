import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import {
  bulkhead,
  circuitBreaker,
  deadline,
  failure,
  fallback,
  type InvokeError,
  isInvokeError,
  protect,
  retry,
  timeout,
  type CallEvent,
  type Policy,
  type ProtectedArguments,
  type ProtectOptions,
} from 'resilient-lambda/policies'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.js'

const bare = { policies: [] }

/** What a call threw, which must be an InvokeError. */
async function errorOf(call: Promise<unknown>, clock?: FakeClock): Promise<InvokeError> {
  const error: unknown = await (clock ? clock.runUntil(call) : call).catch((thrown: unknown) => thrown)
  if (!isInvokeError(error)) throw new Error(`threw ${String(error)}`)
  return error
}

describe('a protected function', () => {
  it('is called with its input, a signal and the number of the attempt', async () => {
    const run = vi.fn(({ input }: ProtectedArguments<number>) => input * 2)
    expect(await protect(run, bare)(21)).toBe(42)
    const [[args] = []] = run.mock.calls
    expect(args).toMatchObject({ input: 21, attempt: 1 })
    expect(args?.signal).toBeInstanceOf(AbortSignal)
    expect(args?.signal.aborted).toBe(false)
  })

  it('throws an InvokeError whose cause is what the function threw', async () => {
    const cause = new RangeError('no such page.')
    const load = protect(function load(): never {
      throw cause
    }, bare)
    const error = await errorOf(load(1))
    expect(error).toMatchObject({
      code: 'OperationFailed',
      kind: 'transient',
      target: 'load',
      mayHaveRun: true,
      cause,
      attempts: [{ number: 1, code: 'OperationFailed', ran: 'maybe' }],
    })
    expect(error.message).toContain('"load" failed: OperationFailed (no such page)')
  })

  it.each([
    ['a text', 'no luck', '(no luck was thrown)'],
    ['an error without words', new Error(''), '(The operation threw an error)'],
    ['what has no text', Object.create(null), '(The operation threw an error)'],
  ])('copes with a function that throws %s', async (_, thrown: unknown, said) => {
    const error = await errorOf(protect(() => Promise.reject(thrown as Error), bare)(1))
    expect(error.message).toContain(said)
  })

  it('goes by its own name, by the function’s, or by none', async () => {
    const named = async function named(): Promise<never> {
      throw new Error('no')
    }
    expect((await errorOf(protect(named, { ...bare, name: 'given' })(1))).target).toBe('given')
    expect((await errorOf(protect(named, bare)(1))).target).toBe('named')
    expect((await errorOf(protect(() => Promise.reject(new Error('no')), bare)(1))).target).toBe('operation')
  })

  it('has thrown errors classified', async () => {
    const classify = vi.fn<NonNullable<ProtectOptions['classify']>>((error) =>
      error === 'busy' ? failure('Throttled', 'busy') : undefined,
    )
    const call = protect(({ input }: ProtectedArguments<string>) => Promise.reject(input as never), {
      ...bare,
      classify,
    })
    expect(await errorOf(call('busy'))).toMatchObject({ code: 'Throttled', mayHaveRun: false })
    expect(await errorOf(call('broken'))).toMatchObject({ code: 'OperationFailed', mayHaveRun: true })
    expect(classify.mock.calls).toEqual([['busy'], ['broken']])
  })
})

describe('policies around any function', () => {
  it('stand in the order in which they are given, outermost first', async () => {
    const order: string[] = []
    const named =
      (name: string): Policy =>
      (next) =>
      (call, context) => {
        order.push(name)
        return next(call, context)
      }
    await protect(() => order.push('run'), { policies: [named('a'), named('b')] })(1)
    expect(order).toEqual(['a', 'b', 'run'])
  })

  it('retry only where it is declared idempotent, with the number of the attempt', async () => {
    const clock = fakeClock()
    const run = vi.fn(({ attempt }: ProtectedArguments<number>) =>
      attempt < 3 ? Promise.reject(new Error(`attempt ${attempt}`)) : `attempt ${attempt}`,
    )
    const once = protect(run, { policies: [retry()], clock })
    expect((await errorOf(once(1), clock)).attempts).toHaveLength(1)
    run.mockClear()
    const again = protect(run, { policies: [retry()], idempotent: true, clock })
    expect(await clock.runUntil(again(1))).toBe('attempt 3')
    expect(run).toHaveBeenCalledTimes(3)
    expect(clock.pending).toBe(0)
  })

  it('limit one attempt and the whole call, and tell the function to stop', async () => {
    for (const [policy, code] of [
      [timeout('50ms'), 'AttemptTimedOut'],
      [deadline('50ms'), 'DeadlineExceeded'],
    ] as const) {
      const clock = fakeClock()
      const signals: AbortSignal[] = []
      const call = protect(
        ({ signal }: ProtectedArguments<number>) => {
          signals.push(signal)
          return new Promise<never>(() => {})
        },
        { policies: [policy], clock },
      )
      expect(await errorOf(call(1), clock)).toMatchObject({ code, mayHaveRun: true, elapsedMs: 50 })
      expect(signals.map(({ aborted }) => aborted)).toEqual([true])
      expect(clock.pending).toBe(0)
    }
  })

  it('share their state over all calls of one protected function', async () => {
    const run = vi.fn(() => Promise.reject(new Error('no')))
    const call = protect(run, { policies: [circuitBreaker({ consecutiveFailures: 2 })] })
    for (const code of ['OperationFailed', 'OperationFailed', 'CircuitOpen']) {
      expect((await errorOf(call(1))).code).toBe(code)
    }
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('bound the calls in flight', async () => {
    const call = protect(() => new Promise<never>(() => {}), {
      policies: [bulkhead({ concurrency: 1, queue: 0 })],
    })
    void call(1)
    expect((await errorOf(call(1))).code).toBe('BulkheadFull')
  })

  it('answer in its place', async () => {
    const run = (): Promise<string> => Promise.reject(new Error('no'))
    expect(await protect(run, { policies: [fallback('instead')] })(1)).toBe('instead')
    const asked = fallback(({ error, payload }) => `${error.code} of ${String(payload)}`)
    expect(await protect(run, { policies: [asked] })(7)).toBe('OperationFailed of 7')
  })
})

describe('options that make no sense', () => {
  it.each<[unknown, string]>([
    [{ policies: [], idempotant: true }, "protect has no setting 'idempotant'"],
    [{ policies: ['retry'] }, 'protect.policies[0] must be a function'],
    [{ policies: [], name: '' }, 'protect.name must be a text'],
    [undefined, 'protect must be an object'],
  ])('%j are refused', (options, message) => {
    expect(() => protect(() => 1, options as ProtectOptions)).toThrow(message)
  })
})

describe('the caller of a protected function', () => {
  it('can give up at once, even where the function ignores that', async () => {
    const caller = new AbortController()
    const reason = new Error('the user closed the page')
    const signals: AbortSignal[] = []
    const call = protect(({ signal }: ProtectedArguments<number>) => {
      signals.push(signal)
      return new Promise<never>(() => {})
    }, bare)
    const calling = errorOf(call(1, { signal: caller.signal }))
    caller.abort(reason)
    expect(await calling).toMatchObject({ code: 'Aborted', cause: reason, mayHaveRun: true })
    expect(signals[0]?.reason).toBe(reason)
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0)
  })

  it('may have given up before', async () => {
    const run = vi.fn()
    const error = await errorOf(protect(run, bare)(1, { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'Aborted', mayHaveRun: false, attempts: [] })
    expect(run).not.toHaveBeenCalled()
  })
})

describe('those who watch a protected function', () => {
  it('hear of its calls and stand around them', async () => {
    const events: CallEvent[] = []
    const scopes: string[] = []
    const call = protect(() => 1, {
      ...bare,
      name: 'one',
      observers: [
        {
          event: (event) => void events.push(event),
          around(scope, run) {
            scopes.push(`${scope.type} ${scope.target}`)
            return run()
          },
        },
      ],
    })
    await call(1)
    expect(events.map(({ type, target }) => `${type} ${target}`)).toEqual([
      'call.started one',
      'attempt.started one',
      'attempt.ended one',
      'call.ended one',
    ])
    expect(scopes).toEqual(['call one', 'attempt one'])
  })
})

import { describe, expect, it, vi } from 'vitest'
import { InvokeError } from '../../src/failures/error.js'
import { CATALOGUE, type FailureCode } from '../../src/failures/catalogue.js'
import { failure } from '../../src/failures/failure.js'
import {
  FALLBACK_DEFAULTS,
  fallbackPolicy,
  type FallbackArguments,
  type FallbackSettings,
} from '../../src/policies/fallback.js'
import type { Policy } from '../../src/core/policy.js'
import { Bench, eventsOf, fails, hangs, nextThat, takes, value } from './harness.js'

type Answer = FallbackSettings['answer']

const policyWith = (answer: Answer, change: Partial<FallbackSettings> = {}): Policy =>
  fallbackPolicy({ answer, repeats: false, kinds: FALLBACK_DEFAULTS.kinds, limitMs: 100, ...change })
const instead = { ok: true, value: 'instead', reply: {} }
const refused = fails('ConnectionRefused')

describe('a fallback', () => {
  it('is not asked when the call answers', async () => {
    const answer = vi.fn<Answer>()
    const bench = new Bench()
    const { outcome, events, history } = await bench.run(policyWith(answer), nextThat(value))
    expect(outcome).toBe(value)
    expect(answer).not.toHaveBeenCalled()
    expect(eventsOf({ events }, 'fallback.used')).toEqual([])
    expect(history.fallback).toBe(false)
  })

  it('answers in place of a call that failed, and says so', async () => {
    const bench = new Bench()
    const { outcome, events, history } = await bench.run(
      policyWith(() => 'instead'),
      nextThat(refused),
    )
    expect(outcome).toEqual(instead)
    expect(history.fallback).toBe(true)
    expect(eventsOf({ events }, 'fallback.used')).toEqual([
      { type: 'fallback.used', failure: failure('ConnectionRefused'), ok: true, durationMs: 0 },
    ])
    expect(bench.clock.pending).toBe(0)
  })

  it('knows the error, the payload and a signal', async () => {
    const bench = new Bench()
    const answer = vi.fn<Answer>(({ error }: FallbackArguments) => error.code)
    const { outcome } = await bench.run(policyWith(answer), nextThat(takes(5, refused)), { payload: 'P' })
    expect(outcome).toMatchObject({ value: 'ConnectionRefused' })
    const [[args] = []] = answer.mock.calls
    expect(args?.error).toBeInstanceOf(InvokeError)
    expect(args?.error).toMatchObject({ target: 'quote', elapsedMs: 5, attempts: [{ number: 1 }] })
    expect(args?.payload).toBe('P')
    expect(args?.signal.aborted).toBe(false)
  })

  it('may take its time, up to its own limit', async () => {
    const bench = new Bench()
    const answer: Answer = () => new Promise((resolve) => bench.clock.setTimer(99, () => resolve('instead')))
    const { outcome, events } = await bench.run(policyWith(answer), nextThat(takes(5, refused)))
    expect(outcome).toEqual(instead)
    expect(eventsOf({ events }, 'fallback.used')).toMatchObject([{ durationMs: 99 }])
    expect(bench.clock.pending).toBe(0)
  })

  it('still answers when the deadline of the call has passed', async () => {
    const bench = new Bench()
    const { outcome } = await bench.run(
      policyWith(() => 'instead'),
      nextThat(fails('DeadlineExceeded')),
      { deadlineAt: 0 },
    )
    expect(outcome).toEqual(instead)
  })

  it('takes undefined for an answer', async () => {
    const { outcome } = await new Bench().run(
      policyWith(() => undefined),
      nextThat(refused),
    )
    expect(outcome).toEqual({ ok: true, value: undefined, reply: {} })
  })

  it('passes on a programming error', async () => {
    const error = new TypeError('a mistake')
    const next = nextThat(() => Promise.reject(error))
    await expect(
      new Bench().start(
        policyWith(() => 'instead'),
        next,
      ).outcome,
    ).rejects.toBe(error)
  })

  it('works while nobody listens', async () => {
    const silent = { silent: true }
    const { outcome } = await new Bench().run(
      policyWith(() => 'instead'),
      nextThat(refused),
      silent,
    )
    expect(outcome).toEqual(instead)
  })
})

describe('a fallback that fails too', () => {
  it.each<[string, Answer, string, unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('nothing in the cache.')
      },
      'nothing in the cache',
      new RangeError('nothing in the cache.'),
    ],
    ['rejects', () => Promise.reject(new RangeError('no cache')), 'no cache', new RangeError('no cache')],
    ['throws a text', () => Promise.reject('no cache'), 'no cache was thrown', 'no cache'],
    [
      'throws what has no words',
      () => Promise.reject(new Error('')),
      CATALOGUE.OperationFailed.means.slice(0, -1),
      new Error(''),
    ],
    [
      'throws what has no text',
      () => Promise.reject(Object.create(null) as Error),
      CATALOGUE.OperationFailed.means.slice(0, -1),
      {},
    ],
  ])('leaves the call’s own failure the answer and is told: it %s', async (_, answer, said, cause) => {
    const bench = new Bench()
    const { failure: why, events, history } = await bench.run(policyWith(answer), nextThat(refused))
    const original = failure('ConnectionRefused')
    expect(why).toEqual({ ...original, message: `${original.message}; the fallback failed too: ${said}` })
    expect(history.fallback).toBe(false)
    const [event] = eventsOf({ events }, 'fallback.used')
    expect(event).toMatchObject({ failure: original, ok: false, durationMs: 0 })
    expect(event?.error).toMatchObject({ code: 'OperationFailed', message: said, cause })
    expect(bench.clock.pending).toBe(0)
  })

  it('by taking too long is told to stop, and not waited for', async () => {
    const bench = new Bench()
    let signal: AbortSignal | undefined
    const answer: Answer = (args) => {
      signal = args.signal
      return hangs()
    }
    const { failure: why, events } = await bench.run(policyWith(answer), nextThat(refused))
    expect(why?.code).toBe('ConnectionRefused')
    expect(why?.message).toContain('; the fallback failed too: the fallback gave no answer within 100 ms')
    expect(bench.clock.now()).toBe(100)
    expect(signal?.aborted).toBe(true)
    expect(eventsOf({ events }, 'fallback.used')).toMatchObject([
      { ok: false, durationMs: 100, error: { code: 'DeadlineExceeded' } },
    ])
    expect(bench.clock.pending).toBe(0)
  })
})

describe('what a fallback answers for', () => {
  const answers = async (code: FailureCode, change: Partial<FallbackSettings> = {}): Promise<boolean> =>
    (
      await new Bench().run(
        policyWith(() => 'instead', change),
        nextThat(fails(code)),
      )
    ).outcome.ok

  it.each<FailureCode>([
    'Throttled',
    'ServiceException',
    'ResourceNotReadyException',
    'FunctionError',
    'ReplyInvalid',
    'CircuitOpen',
    'DeadlineExceeded',
  ])('is %s', async (code) => expect(await answers(code)).toBe(true))

  it.each<FailureCode>(['InputInvalid', 'AccessDeniedException', 'KMSDisabledException'])(
    'is not %s, which is a mistake that would be hidden',
    async (code) => expect(await answers(code)).toBe(false),
  )

  it('is what its kinds say', async () => {
    const kinds = ['throttle', 'request'] as const
    expect(await answers('Throttled', { kinds })).toBe(true)
    expect(await answers('InputInvalid', { kinds })).toBe(true)
    expect(await answers('ServiceException', { kinds })).toBe(false)
  })

  it('is nothing that the caller cancelled', async () => {
    const bench = new Bench()
    const answer = vi.fn<Answer>(() => 'instead')
    const { outcome } = await bench.run(
      policyWith(answer),
      nextThat(({ scope }) => {
        scope.cancel(failure('Aborted'))
        return fails('Aborted')
      }),
    )
    expect(outcome).toEqual(fails('Aborted'))
    expect(answer).not.toHaveBeenCalled()
  })

  it('ends with the caller’s patience', async () => {
    const bench = new Bench()
    let signal: AbortSignal | undefined
    const { outcome, scope } = bench.start(
      policyWith((args) => {
        signal = args.signal
        return hangs()
      }),
      nextThat(refused),
    )
    await bench.clock.advance(10)
    scope.cancel(failure('Aborted', 'the caller gave up'))
    expect(await outcome).toMatchObject({ ok: false, failure: { code: 'ConnectionRefused' } })
    expect(signal?.aborted).toBe(true)
    expect(bench.clock.pending).toBe(0)
  })

  it('leaves nothing behind on the call when it has answered', async () => {
    const bench = new Bench()
    let signal: AbortSignal | undefined
    const { scope } = await bench.run(
      policyWith((args) => {
        signal = args.signal
        return 'instead'
      }),
      nextThat(refused),
    )
    scope.cancel(failure('Aborted'))
    expect(signal?.aborted).toBe(false)
  })
})

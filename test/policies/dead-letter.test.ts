import { describe, expect, it, vi } from 'vitest'
import { failure } from '../../src/failures/failure.js'
import { isInvokeError } from '../../src/failures/error.js'
import {
  deadLetterPolicy,
  parseDeadLetter,
  type DeadLetter,
  type DeadLetterOptions,
  type DeadLetterSink,
} from '../../src/policies/dead-letter.js'
import type { Policy } from '../../src/core/policy.js'
import { latch } from '../testing/local/support.js'
import { Bench, eventsOf, fails, hangs, heeds, nextThat, value } from './harness.js'

const reset = fails('ConnectionReset')

const policyWith = (sink: DeadLetterSink, options: DeadLetterOptions = {}): Policy =>
  deadLetterPolicy(parseDeadLetter({ ...options, sink }, 'deadLetter'))

describe('a dead letter', () => {
  it('holds the payload and the story of a call that failed', async () => {
    const letters: DeadLetter[] = []
    const payload = { sku: 'A1' }
    const bench = new Bench()
    const run = await bench.run(
      policyWith((letter) => letters.push(letter)),
      nextThat(reset),
      { payload },
    )
    expect(run.outcome).toBe(reset)
    expect(letters).toHaveLength(1)
    const [letter] = letters
    expect(letter?.payload).toBe(payload)
    expect(letter).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      target: 'quote',
      attempts: [{ number: 1, code: 'ConnectionReset' }],
      mayHaveRun: true,
      at: bench.clock.date(),
      error: { code: 'ConnectionReset' },
    })
    expect(isInvokeError(letter?.error)).toBe(true)
    expect(run.history.deadLetter).toBe('sent')
    expect(eventsOf(run, 'deadLetter.sent')).toMatchObject([{ failure: { code: 'ConnectionReset' } }])
  })

  it('is none where the call answered', async () => {
    const sink = vi.fn()
    const run = await new Bench().run(policyWith(sink), nextThat(value))
    expect(sink).not.toHaveBeenCalled()
    expect(run.history.deadLetter).toBeUndefined()
  })

  it('is none for what fails in a sink, which would never end', async () => {
    const bench = new Bench()
    let letters = 0
    const policy = policyWith(async () => {
      letters++
      await bench.run(policy, nextThat(reset))
    })
    await bench.run(policy, nextThat(reset))
    expect(letters).toBe(1)
    await bench.run(policy, nextThat(reset))
    expect(letters).toBe(2)
  })

  it('is none for what fails in a sink while others come and go', async () => {
    const bench = new Bench()
    const going = latch()
    let letters = 0
    const slow = policyWith(async () => {
      letters++
      await going.opened
      if (letters < 3) await bench.run(slow, nextThat(reset))
    })
    const running = bench.run(slow, nextThat(reset))
    await bench.run(
      policyWith(() => {}),
      nextThat(reset),
    )
    going.open()
    await running
    expect(letters).toBe(1)
  })

  it('is none for what the caller cancelled', async () => {
    const sink = vi.fn()
    const run = new Bench().start(policyWith(sink), nextThat(heeds))
    run.scope.cancel(failure('Aborted'))
    await run.outcome
    expect(sink).not.toHaveBeenCalled()
    expect(run.history.deadLetter).toBeUndefined()
  })

  it('is made for every kind of failure, or for those that are wanted', async () => {
    const sink = vi.fn()
    for (const code of ['PayloadTooLarge', 'DeadlineExceeded', 'FunctionError'] as const) {
      await new Bench().run(policyWith(sink), nextThat(fails(code)))
    }
    expect(sink).toHaveBeenCalledTimes(3)
    await new Bench().run(policyWith(sink, { kinds: ['throttle'] }), nextThat(reset))
    expect(sink).toHaveBeenCalledTimes(3)
  })

  it('is sent before a mistake in a policy goes on to the caller', async () => {
    const letters: DeadLetter[] = []
    const mistake = new RangeError('mine')
    const policy = policyWith((letter) => letters.push(letter))
    await expect(new Bench().run(policy, () => Promise.reject(mistake), { recorded: false })).rejects.toBe(
      mistake,
    )
    expect(letters).toMatchObject([{ payload: 'in', error: { code: 'OperationFailed' } }])
  })
})

describe('the sink of dead letters', () => {
  it('is waited for, and told apart from the call', async () => {
    const bench = new Bench()
    const slow: DeadLetterSink = () => new Promise<void>((resolve) => bench.clock.setTimer(300, resolve))
    const run = await bench.run(policyWith(slow), nextThat(reset))
    expect(bench.clock.now()).toBe(300)
    expect(eventsOf(run, 'deadLetter.sent')).toMatchObject([{ durationMs: 300 }])
    expect(bench.clock.pending).toBe(0)
  })

  it.each<[string, DeadLetterSink]>([
    ['throws', () => { throw new Error('the queue is gone') }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('the queue is gone'))],
  ])('hides nothing when it %s', async (_, sink) => {
    const run = await new Bench().run(policyWith(sink), nextThat(reset))
    expect(run.failure).toMatchObject({
      code: 'ConnectionReset',
      message: 'The connection broke before the reply began; the dead letter was not sent: the queue is gone',
    })
    expect(run.history.deadLetter).toBe('failed')
    expect(eventsOf(run, 'deadLetter.failed')).toMatchObject([
      { failure: { code: 'ConnectionReset' }, error: { message: 'the queue is gone' } },
    ])
  })

  it.each([
    [undefined, 5_000],
    ['2s', 2_000],
  ] as const)('holds the caller up no longer than its limit (%s)', async (limit, expectedMs) => {
    const bench = new Bench()
    const signals: AbortSignal[] = []
    const sink: DeadLetterSink = ({ signal }) => (signals.push(signal), hangs())
    const run = await bench.run(policyWith(sink, limit ? { limit } : {}), nextThat(reset))
    expect(bench.clock.now()).toBe(expectedMs)
    expect(run.failure?.message).toContain('the dead letter was not sent: the sink did not take it within')
    expect(signals[0]?.aborted).toBe(true)
  })

  it('is stopped when the caller gives up', async () => {
    const signals: AbortSignal[] = []
    const sink: DeadLetterSink = ({ signal }) => (signals.push(signal), hangs())
    const bench = new Bench()
    const run = bench.start(policyWith(sink), nextThat(reset))
    await bench.clock.advance(1)
    run.scope.cancel(failure('Aborted'))
    await run.outcome
    expect(signals[0]?.aborted).toBe(true)
    expect(run.history.deadLetter).toBe('failed')
    expect(bench.clock.pending).toBe(0)
  })
})

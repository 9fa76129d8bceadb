import { beforeEach, describe, expect, it } from 'vitest'
import type { CallEventBody } from '../../src/core/events.js'
import { History } from '../../src/core/history.js'
import { answered, failed } from '../../src/core/outcome.js'
import { Scope } from '../../src/core/scope.js'
import { CATALOGUE } from '../../src/failures/catalogue.js'
import { failure } from '../../src/failures/failure.js'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.js'

let clock: FakeClock
let events: CallEventBody[]
let history: History

beforeEach(async () => {
  clock = fakeClock()
  await clock.advance(1_000)
  events = []
  history = new History(clock, (event) => events.push(event), 7)
})

describe('the history of a call', () => {
  it('knows its number, and how long ago it began', async () => {
    expect(history.call).toBe(7)
    expect(new History(clock, undefined).call).toBe(0)
    await clock.advance(250)
    expect(history.elapsedMs).toBe(250)
    expect(history).toMatchObject({ queuedMs: 0, fallback: false, ran: 'no', mayBeRunning: false })
  })

  it('numbers the attempts, and says when each began', async () => {
    history.begin()
    await clock.advance(40)
    history.begin()
    expect(history.snapshot()[1]).toEqual({ number: 2, startedMs: 40, ran: 'maybe' })
    expect(events).toEqual([
      { type: 'attempt.started', attempt: 1 },
      { type: 'attempt.started', attempt: 2 },
    ])
  })

  it('has run no attempt whose call was cancelled on hearing of its start', () => {
    const scope = new Scope()
    const stopped = new History(clock, () => scope.cancel(failure('Aborted')))
    stopped.begin({ scope })
    expect(stopped.snapshot()).toMatchObject([{ number: 1, ran: 'no' }])
    expect(stopped.mayBeRunning).toBe(false)
  })

  it('ends an attempt that answered', async () => {
    await clock.advance(5)
    const attempt = history.begin()
    await clock.advance(30)
    history.end(attempt, answered(1, { requestId: 'r-1' }))
    expect(history.snapshot()).toEqual([
      { number: 1, startedMs: 5, durationMs: 30, ran: 'yes', requestId: 'r-1' },
    ])
    expect(events[1]).toEqual({
      type: 'attempt.ended',
      attempt: 1,
      ok: true,
      ran: 'yes',
      durationMs: 30,
      requestId: 'r-1',
    })
    expect(history.ran).toBe('yes')
  })

  it('ends an attempt that failed, with its verdict', async () => {
    const attempt = history.begin()
    attempt.ran = 'maybe'
    await clock.advance(30)
    const why = failure('TooManyRequestsException', 'slow down', { requestId: 'r-2' })
    history.end(attempt, failed(why))
    expect(history.snapshot()).toEqual([
      {
        number: 1,
        startedMs: 0,
        durationMs: 30,
        ran: 'no',
        requestId: 'r-2',
        code: 'TooManyRequestsException',
        verdict: CATALOGUE.TooManyRequestsException,
      },
    ])
    expect(events[1]).toEqual({
      type: 'attempt.ended',
      attempt: 1,
      ok: false,
      failure: why,
      ran: 'no',
      durationMs: 30,
      requestId: 'r-2',
    })
  })

  it('keeps the request id that the transport saw first, and has no field for none', () => {
    const [seen, failing, none] = [history.begin(), history.begin(), history.begin()]
    seen.requestId = 'seen'
    history.end(seen, answered(1, { requestId: 'later' }))
    failing.requestId = 'seen too'
    history.end(failing, failed(failure('ServiceException', 'broken', { requestId: 'later' })))
    history.end(none, answered(1))
    expect(history.snapshot().map(({ requestId }) => requestId)).toEqual(['seen', 'seen too', undefined])
    expect(events.filter((event) => 'requestId' in event)).toHaveLength(2)
  })

  it('ends an attempt once', async () => {
    const attempt = history.begin()
    history.end(attempt, answered(1))
    await clock.advance(10)
    history.end(attempt, failed(failure('ConnectionReset')))
    history.abandon(attempt, failure('Aborted'))
    expect(history.snapshot()).toEqual([{ number: 1, startedMs: 0, durationMs: 0, ran: 'yes' }])
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
  })

  it('works while nobody listens', () => {
    const silent = new History(clock, undefined)
    const [first, second] = [silent.begin(), silent.begin()]
    silent.end(first, answered(1))
    second.ran = 'maybe'
    silent.abandon(second, failure('Aborted'))
    expect(silent.snapshot()).toHaveLength(2)
  })
})

describe('an attempt that is let go', () => {
  it('is abandoned when the function may be running', async () => {
    await clock.advance(5)
    const attempt = history.begin()
    attempt.ran = 'maybe'
    await clock.advance(20)
    const why = failure('AttemptTimedOut', 'no answer within 20 ms', { ran: 'yes' })
    history.abandon(attempt, why)
    const seen = { ...why, verdict: { ...why.verdict, ran: 'maybe' } }
    expect(events.slice(1)).toEqual([
      { type: 'attempt.ended', attempt: 1, ok: false, failure: seen, ran: 'maybe', durationMs: 20 },
      { type: 'attempt.abandoned', attempt: 1, failure: seen, durationMs: 20 },
    ])
    expect(history.snapshot()[0]).toMatchObject({ ran: 'maybe', code: 'AttemptTimedOut', durationMs: 20 })
  })

  it('is told as it was when it was let go, whatever the transport learns later', () => {
    const attempt = history.begin()
    history.abandon(attempt, failure('Aborted'))
    attempt.ran = 'no'
    expect(history.ran).toBe('maybe')
    expect(history.snapshot()[0]?.ran).toBe('maybe')
  })

  it('is only ended when nothing can have run', () => {
    const attempt = history.begin()
    attempt.ran = 'no'
    history.abandon(attempt, failure('Aborted'))
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    expect(history.ran).toBe('no')
  })

  it('does not change the failure of the others', () => {
    const why = failure('Aborted')
    const attempt = history.begin()
    history.abandon(attempt, why)
    expect(why.verdict.ran).toBe('maybe')
  })
})

describe('what a history says of the whole call', () => {
  it('is the worst of all attempts', () => {
    const [first, second] = [history.begin(), history.begin()]
    first.ran = 'maybe'
    expect(history.ran).toBe('maybe')
    history.end(second, failed(failure('Throttled')))
    expect(history.ran).toBe('maybe')
  })

  it('includes what may have run elsewhere', () => {
    history.ranElsewhere = 'maybe'
    expect(history.ran).toBe('maybe')
    expect(history.mayBeRunning).toBe(false)
  })

  it('is that the function may be running while an attempt is under way that left', () => {
    const [first, second] = [history.begin(), history.begin()]
    first.ran = second.ran = 'no'
    expect(history.mayBeRunning).toBe(false)
    second.ran = 'maybe'
    expect(history.mayBeRunning).toBe(true)
    first.ran = 'yes'
    history.end(second, answered(1))
    expect(history.mayBeRunning).toBe(true)
    history.end(first, answered(1))
    expect(history.mayBeRunning).toBe(false)
  })

  it('is what was decided after the last attempt', () => {
    history.decide({ action: 'stop', why: 'there is none' })
    history.begin()
    history.begin()
    history.decide({ action: 'retry', why: 'transient', waitMs: 5 })
    expect(history.snapshot().map(({ decision }) => decision)).toEqual([
      undefined,
      { action: 'retry', why: 'transient', waitMs: 5 },
    ])
  })

  it('is a copy that nobody can change and nothing changes later', () => {
    const attempt = history.begin()
    const before = history.snapshot()
    attempt.ran = 'yes'
    history.begin()
    expect(before).toEqual([{ number: 1, startedMs: 0, ran: 'maybe' }])
    expect(Object.isFrozen(before)).toBe(true)
    expect(Object.isFrozen(before[0])).toBe(true)
  })
})

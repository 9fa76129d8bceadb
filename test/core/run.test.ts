import { EventEmitter, getEventListeners, once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { Call } from '../../src/core/call.js'
import { Cells } from '../../src/core/cells/cells.js'
import { Observers } from '../../src/core/emitter.js'
import type { CallEvent, ObservedScope } from '../../src/core/events.js'
import { pipelineOf, runCall } from '../../src/core/run.js'
import { policyOf, type Next } from '../../src/core/policy.js'
import type { History } from '../../src/core/history.js'
import { answered, failed, type Outcome } from '../../src/core/outcome.js'
import { failure } from '../../src/failures/failure.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { hangs, nextThat, value } from '../policies/harness.js'

const clock = fakeClock()
const surroundings = { clock, cells: new Cells() }
const call: Call = {
  subject: { name: 'quote', key: 'quote', clientKey: 'client' },
  payload: 'in',
  idempotent: true,
}
const nobody = new Observers([])

function listening(): { observers: Observers; events: CallEvent[] } {
  const events: CallEvent[] = []
  return { events, observers: new Observers([{ event: (event) => void events.push(event) }]) }
}

async function run(
  innermost: Next,
  { observers = nobody, signal }: { observers?: Observers; signal?: AbortSignal } = {},
): Promise<{ readonly outcome: Outcome; readonly history: History }> {
  const pipeline = pipelineOf([], innermost, observers)
  const { outcome, history } = runCall(pipeline, signal ? { ...call, signal } : call, surroundings, observers)
  return { outcome: await outcome, history }
}

describe('running a call', () => {
  it('sends it through the pipeline with a fresh context', async () => {
    const next = nextThat(value)
    const { outcome, history } = await run(next)
    expect(outcome).toBe(value)
    const [seen] = next.seen
    expect(seen?.call).toBe(call)
    expect(seen?.context).toMatchObject({ clock, cells: surroundings.cells, deadlineAt: Infinity, history })
    expect(seen?.context.scope.cancelled).toBeUndefined()
    expect(seen?.context.emit).toBeUndefined()
  })

  it('numbers the calls, in their histories and in their events', async () => {
    const { observers, events } = listening()
    const first = await run(nextThat(value), { observers })
    const second = await run(nextThat(value), { observers })
    expect(second.history.call).toBe(first.history.call + 1)
    expect(events.map((event) => event.call - first.history.call)).toEqual([0, 0, 1, 1])
  })

  it('tells how it began and ended', async () => {
    const { observers, events } = listening()
    const next = nextThat(async ({ history }) => {
      history.queuedMs = 5
      history.end(history.begin(), value)
      await clock.advance(20)
      return value
    })
    const { history } = await run(next, { observers })
    const head = { call: history.call, target: 'quote' }
    expect(events[0]).toEqual({ ...head, atMs: 0, type: 'call.started', idempotent: true })
    expect(events.at(-1)).toEqual({
      ...head,
      atMs: 20,
      type: 'call.ended',
      ok: true,
      mayHaveRun: true,
      attempts: history.snapshot(),
      durationMs: 20,
      queuedMs: 5,
      fallback: false,
    })
  })

  it('tells why it failed', async () => {
    const { observers, events } = listening()
    const why = failure('CircuitOpen')
    await run(nextThat(failed(why)), { observers })
    expect(events.at(-1)).toMatchObject({ type: 'call.ended', ok: false, failure: why, mayHaveRun: false })
  })

  it('says in its events which function was invoked', async () => {
    const { observers, events } = listening()
    const invoked = { name: 'quote', qualifier: 'live' }
    const subject = { ...call.subject, invoked }
    await runCall(nextThat(value), { ...call, subject }, surroundings, observers).outcome
    expect(events).toMatchObject([{ invoked }, { invoked }])
  })

  it('lets observers stand around it', async () => {
    const scopes: ObservedScope[] = []
    const observers = new Observers([
      {
        around(scope, work) {
          scopes.push(scope)
          return work()
        },
      },
    ])
    const { outcome, history } = await run(nextThat(value), { observers })
    expect(outcome).toBe(value)
    expect(scopes).toEqual([{ type: 'call', call: history.call, target: 'quote', carrier: {} }])
  })

  it('passes on a programming error, and those who watch see the call end', async () => {
    const error = new RangeError('a mistake')
    await expect(run(nextThat(() => Promise.reject(error)))).rejects.toBe(error)
    const { observers, events } = listening()
    const sudden = (): never => {
      throw error
    }
    await expect(run(sudden, { observers })).rejects.toBe(error)
    expect(events.at(-1)).toMatchObject({
      type: 'call.ended',
      ok: false,
      failure: { code: 'OperationFailed', message: 'a mistake', cause: error, verdict: { ran: 'no' } },
    })
  })
})

it('says what has happened where an error has no words', async () => {
  const { observers, events } = listening()
  const running = run(
    nextThat(() => Promise.reject(new Error(''))),
    { observers },
  )
  await expect(running).rejects.toThrow('')
  expect(events.at(-1)).toMatchObject({ failure: { message: 'The operation threw an error' } })
})

describe('the caller’s signal', () => {
  it('ends the call at once, even where that is ignored, and tells whether it may have run', async () => {
    const caller = new AbortController()
    const reason = new Error('the user closed the page')
    const next = nextThat(({ history }) => {
      history.begin().ran = 'maybe'
      return hangs()
    })
    const { observers, events } = listening()
    const running = run(next, { signal: caller.signal, observers })
    caller.abort(reason)
    const { outcome } = await running
    expect(outcome).toEqual(failed(failure('Aborted', 'the caller gave up', { ran: 'maybe', cause: reason })))
    expect(next.seen[0]?.context.scope.cancelled).toMatchObject({ code: 'Aborted' })
    expect(next.seen[0]?.context.scope.signal.reason).toBe(reason)
    expect(events.at(-1)).toMatchObject({ type: 'call.ended', ok: false, failure: { code: 'Aborted' } })
  })

  it('does not let a call begin when it is aborted already', async () => {
    const next = nextThat(value)
    const { outcome } = await run(next, { signal: AbortSignal.abort('no more') })
    expect(outcome).toEqual(failed(failure('Aborted', 'the caller gave up', { ran: 'no', cause: 'no more' })))
    expect(next.seen).toEqual([])
  })

  it('asks nobody else when it is aborted already', async () => {
    const refuses = vi.fn(() => failed(failure('CircuitOpen')))
    const pipeline = pipelineOf([policyOf(refuses)], nextThat(value), nobody)
    const aborted = { ...call, signal: AbortSignal.abort('no more') }
    const { outcome } = runCall(pipeline, aborted, surroundings, nobody)
    expect(await outcome).toMatchObject({ failure: { code: 'Aborted', cause: 'no more' } })
    expect(refuses).not.toHaveBeenCalled()
  })

  it('changes nothing when it is aborted after the end', async () => {
    const caller = new AbortController()
    const next = nextThat(value)
    expect((await run(next, { signal: caller.signal })).outcome).toBe(value)
    caller.abort()
    expect(next.seen[0]?.context.scope.cancelled).toBeUndefined()
  })

  it('has one listener during 1,000 calls, none afterwards, and Node does not warn', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const { signal } = new AbortController()
    const hub = new EventEmitter()
    const done = once(hub, 'done')
    const calls = Array.from({ length: 1_000 }, () => run(() => done.then(() => answered(1)), { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    hub.emit('done')
    await Promise.all(calls)
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('is left alone after a programming error', async () => {
    const { signal } = new AbortController()
    await expect(
      run(
        nextThat(() => Promise.reject(new Error('a mistake'))),
        { signal },
      ),
    ).rejects.toThrow('a mistake')
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

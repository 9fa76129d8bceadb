import { InvalidSettingError, type DeadLetter } from 'resilient-lambda'
import { describe, expect, it } from 'vitest'
import { preceded } from '../../src/failures/error.js'
import { failureOf, scripted } from './support.js'

describe('deadLetter()', () => {
  it('hands what failed for good to the sink, once, and the error says so', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    const letters: DeadLetter[] = []
    const chain = lambda('quote')
      .retry({ attempts: 3 })
      .deadLetter((letter) => letters.push(letter))
    const error = await clock.runUntil(failureOf(chain.invoke({ sku: 'A1' })))
    expect(letters).toHaveLength(1)
    expect(letters).toMatchObject([{ target: 'quote', payload: { sku: 'A1' }, mayHaveRun: false }])
    expect(letters[0]?.error.code).toBe(error.code)
    expect(letters[0]?.attempts).toEqual(error.attempts)
    expect(error.deadLetter).toBe('sent')
    expect(error.toJSON()).toMatchObject({ deadLetter: 'sent' })
  })

  it('is silent about calls without one', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    const error = await failureOf(lambda('quote').invoke())
    expect(error.deadLetter).toBeUndefined()
    expect(Object.keys(error)).not.toContain('deadLetter')
    expect(Object.keys(error.toJSON())).not.toContain('deadLetter')
  })

  it('comes after failover and fallback, and only where both were in vain', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    script('standby').throttled()
    const letters: DeadLetter[] = []
    const chain = lambda('quote')
      .retry(false)
      .failover(['standby'])
      .deadLetter((letter) => letters.push(letter))
    expect(await clock.runUntil(chain.fallback('cached').invoke())).toBe('cached')
    expect(letters).toEqual([])
    const broken = chain.fallback(() => Promise.reject(new Error('no cache')))
    await clock.runUntil(failureOf(broken.invoke()))
    expect(letters).toHaveLength(1)
    expect(letters[0]?.attempts.map(({ target }) => target)).toEqual([undefined, 'standby'])
    expect(letters[0]?.error.message).toContain('the fallback failed too: no cache')
  })

  it('stands outside of the deadline, and holds the caller up no longer than its limit', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const chain = lambda('quote')
      .deadline('2s')
      .deadLetter(() => new Promise(() => {}), { limit: '500ms' })
    const error = await clock.runUntil(failureOf(chain.invoke()))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', deadLetter: 'failed', elapsedMs: 2_500 })
    expect(error.message).toContain('the dead letter was not sent: the sink did not take it within 500 ms')
  })

  it('answers one who cancels while the sink is asked at once', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    const stop = new AbortController()
    const chain = lambda('quote').deadLetter(({ signal }) => {
      stop.abort()
      return new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    expect((await failureOf(chain.invoke({}, { signal: stop.signal }))).code).toBe('Aborted')
  })

  it('tells of itself before the call ends', async () => {
    const { lambda, script, events } = scripted()
    script('quote').throws('Error', 'no')
    await failureOf(
      lambda('quote')
        .deadLetter(() => {})
        .invoke(),
    )
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['deadLetter.sent', 'call.ended'])
  })

  it('is kept by an error that is told with what was sent before', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    const error = await failureOf(
      lambda('quote')
        .deadLetter(() => {})
        .invoke(),
    )
    expect(preceded(error, error.attempts, 5)).toMatchObject({ deadLetter: 'sent', attempts: { length: 2 } })
  })

  it('can be a setting, is explained, and is switched off by false', async () => {
    const letters: DeadLetter[] = []
    const sink = (letter: DeadLetter): void => void letters.push(letter)
    const { lambda, script } = scripted({
      defaults: { deadLetter: { sink, limit: '2s', kinds: ['function'] } },
    })
    script('quote').throws('Error', 'no')
    await failureOf(lambda('quote').invoke())
    await failureOf(lambda('quote').deadLetter(false).invoke())
    expect(letters).toHaveLength(1)
    expect(lambda('quote').explain()).toMatch(/deadLetter +for function; within 2 s/)
    expect(lambda('quote').deadLetter(sink).explain()).toMatch(
      /deadLetter +for every kind of failure; within 5 s/,
    )
    expect(lambda('quote').toJSON().steps[0]).toEqual({
      step: 'deadLetter',
      settings: { sink: 'function', kinds: ['function'], limitMs: 2_000 },
    })
  })

  it.each<[unknown, unknown, string]>([
    [undefined, {}, 'deadLetter.sink must be given'],
    ['queue', {}, "deadLetter.sink must be a function, but was 'queue'."],
    [() => {}, { limit: 0 }, 'deadLetter.limit must be a duration of at least 1 ms'],
    [() => {}, { kinds: ['all'] }, "deadLetter.kinds[0] must be one of 'throttle'"],
  ])('refuses what it cannot use, at once (case %#)', (sink, options, message) => {
    const { lambda } = scripted()
    const make = (): unknown => lambda('quote').deadLetter(sink as never, options as never)
    expect(make).toThrow(InvalidSettingError)
    expect(make).toThrow(message)
  })
})

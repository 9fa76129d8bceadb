import { describe, expect, it } from 'vitest'
import { InvalidSettingError } from 'resilient-lambda'
import { failureOf, scripted } from './support.js'

describe('fallback()', () => {
  it('answers with a value', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    const result = await lambda('quote').fallback(null).safeInvoke()
    expect(result).toMatchObject({ ok: true, value: null, meta: { fallback: true } })
    expect(result.meta.attempts).toMatchObject([{ code: 'FunctionError' }])
  })

  it('is not asked when the call answers', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const result = await lambda('quote').fallback(null).safeInvoke()
    expect(result).toMatchObject({ ok: true, value: 1, meta: { fallback: false } })
  })

  it('to another function makes no second dead letter', async () => {
    const letters: string[] = []
    const sink = ({ target }: { readonly target: string }): void => void letters.push(target)
    const { lambda, script, clock } = scripted({ defaults: { deadLetter: { sink }, retry: false } })
    script('quote').throttled()
    script('other').throttled()
    await clock.runUntil(failureOf(lambda('quote').fallback(lambda('other')).invoke()))
    expect(letters).toEqual(['quote'])
  })

  it('waits longer for another function, which may start cold, than for anything else', () => {
    const { lambda } = scripted()
    const limitOf = (answer: unknown): unknown =>
      lambda('quote')
        .fallback(answer)
        .toJSON()
        .steps.find(({ step }) => step === 'fallback')?.settings
    expect(limitOf(lambda('other'))).toMatchObject({ limitMs: 5_000, repeats: true })
    expect(limitOf(() => 1)).toMatchObject({ limitMs: 1_000, repeats: false })
    expect(limitOf(null)).toMatchObject({ limitMs: 1_000, repeats: false })
  })

  it('answers with what a function makes of the error and the payload', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    const chain = lambda('quote').fallback(({ error, payload, signal }) => [
      error.code,
      payload,
      signal.aborted,
    ])
    expect(await chain.invoke({ sku: 'A1' })).toEqual(['FunctionError', { sku: 'A1' }, false])
  })

  it('calls another function with the same payload where the first has not run', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    script('backup').replies((event: unknown) => event)
    const chain = lambda('quote').retry(false).fallback(lambda('backup'))
    expect(await clock.runUntil(chain.invoke({ sku: 'A1' }))).toEqual({ sku: 'A1' })
  })

  it('calls no other function where the first may have run, unless that does no harm', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    script('backup').replies(1)
    const chain = lambda('quote').fallback(lambda('backup'))
    expect((await failureOf(chain.invoke())).code).toBe('FunctionError')
    expect(script('backup').requests).toEqual([])
    expect(await chain.idempotent().invoke()).toBe(1)
  })

  it('has a limit of its own, outside the deadline', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const slow = lambda('quote')
      .deadline('2s')
      .fallback(() => new Promise(() => {}))
    const error = await clock.runUntil(failureOf(slow.invoke()))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 3_000 })
    expect(error.message).toContain('the fallback failed too')
    const patient = slow.fallback(() => new Promise(() => {}), { limit: '5s' })
    expect((await clock.runUntil(failureOf(patient.invoke()))).elapsedMs).toBe(7_000)
  })

  it('does not hide mistakes unless it is told to', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ResourceNotFoundException')
    expect((await failureOf(lambda('quote').fallback(0).invoke())).code).toBe('ResourceNotFoundException')
    expect(
      await lambda('quote')
        .fallback(0, { kinds: ['request'] })
        .invoke(),
    ).toBe(0)
  })

  it('answers only for the kinds it was given', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    const chain = lambda('quote').fallback(0, { kinds: ['throttle'] })
    expect((await failureOf(chain.invoke())).code).toBe('FunctionError')
  })

  it('answers for what this library refuses itself, such as an open circuit', async () => {
    const { lambda } = scripted()
    lambda('quote').circuit?.open()
    expect(await lambda('quote').fallback('cached').invoke()).toBe('cached')
  })

  it('may be undefined, which is a value too', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('Error', 'no')
    expect(await lambda('quote').fallback(undefined).invoke()).toBeUndefined()
  })

  it('is refused without a value, which was forgotten', () => {
    const { lambda } = scripted()
    const chain = lambda('quote') as unknown as { fallback(): unknown }
    expect(() => chain.fallback()).toThrow(
      new InvalidSettingError('fallback', undefined, 'a value, a function, or another function to call'),
    )
  })

  it('can be a value from a file', async () => {
    const { lambda, script } = scripted({
      defaults: { fallback: { value: { total: 0 }, kinds: ['function'] } },
    })
    script('quote').throws('Error', 'no')
    expect(await lambda('quote').invoke()).toEqual({ total: 0 })
  })
})

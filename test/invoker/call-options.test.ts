import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { InvalidSettingError } from 'resilient-lambda'
import { failureOf, scripted } from './support.js'

/** A chain as someone without types sees it. */
interface Loose {
  invoke(payload: unknown, options: unknown): Promise<unknown>
  safeInvoke(payload: unknown, options: unknown): Promise<unknown>
}

const controller = new AbortController()
const SIGNAL = "options.signal must be an AbortSignal, such as an AbortController's signal, but was "

describe('the options of a call', () => {
  it.each<[string, unknown, string]>([
    [
      'an unknown key',
      { sgnal: controller.signal },
      "options has no setting 'sgnal'. It takes: signal, deadline.",
    ],
    ['a setting of the chain', { timeout: '1s' }, "options has no setting 'timeout'."],
    [
      'the signal itself',
      controller.signal,
      'options must be an object: { signal }, but was an AbortSignal.',
    ],
    ['null', null, 'options must be an object with any of: signal, deadline, but was null.'],
    ['a text', '2s', "options must be an object with any of: signal, deadline, but was '2s'."],
    ['a list', [], 'options must be an object with any of: signal, deadline, but was a list.'],
    ['an AbortController as its signal', { signal: controller }, `${SIGNAL}an AbortController.`],
    ['a text as its signal', { signal: 'stop' }, `${SIGNAL}'stop'.`],
    ['null as its signal', { signal: null }, `${SIGNAL}null.`],
    ['null as its deadline', { deadline: null }, 'deadline must be'],
    ['a wrong signal beside a deadline', { deadline: '1s', signal: {} }, `${SIGNAL}an object with no keys.`],
  ])('refuse %s, and send nothing', async (_, options, message) => {
    const { lambda, script, events } = scripted()
    script('quote').replies(1)
    const chain = lambda('quote') as unknown as Loose
    for (const call of [() => chain.invoke(1, options), () => chain.safeInvoke(1, options)]) {
      const refused = call()
      await expect(refused).rejects.toBeInstanceOf(InvalidSettingError)
      await expect(refused).rejects.toThrow(message)
    }
    expect(script('quote').requests).toEqual([])
    expect(events).toEqual([])
  })

  it('may be left out, empty, or undefined one by one', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const chain = lambda('quote') as unknown as Loose
    for (const options of [undefined, {}, { signal: undefined, deadline: undefined }])
      expect(await chain.invoke(1, options)).toBe(1)
  })

  it('refuse a wrong signal each time, and take a right one afterwards', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const chain = lambda('quote') as unknown as Loose
    const wrong = { aborted: false }
    for (let n = 0; n < 2; n++)
      await expect(chain.invoke(1, { signal: wrong })).rejects.toBeInstanceOf(InvalidSettingError)
    expect(await chain.invoke(1, { signal: controller.signal })).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('take a signal that is no instance of ours, as those of other realms are', async () => {
    const { lambda, script } = scripted()
    script('quote').hangs()
    const foreign = Object.assign(new EventTarget(), { aborted: false, reason: 'enough' })
    const failed = failureOf(lambda('quote').invoke(1, { signal: foreign as never }))
    foreign.aborted = true
    foreign.dispatchEvent(new Event('abort'))
    expect(await failed).toMatchObject({ code: 'Aborted', cause: 'enough' })
  })
})

import { describe, expect, it } from 'vitest'
import {
  BULKHEAD_DEFAULTS,
  CLIENT_BULKHEAD_DEFAULTS,
  parseBulkhead,
  type BulkheadSettings,
} from '../../src/policies/bulkhead.js'

const settings: BulkheadSettings = { concurrency: 1, queue: 2, maxWaitMs: 1_000 }

describe('the settings of a bulkhead', () => {
  it('have defaults that leave room for other functions', () => {
    expect(BULKHEAD_DEFAULTS).toEqual({ concurrency: 100, queue: 100, maxWaitMs: 10_000 })
    expect(CLIENT_BULKHEAD_DEFAULTS).toEqual({ concurrency: 200, queue: 200, maxWaitMs: 10_000 })
  })

  it('change what they name and keep the rest', () => {
    expect(parseBulkhead({}, 'bulkhead')).toEqual(BULKHEAD_DEFAULTS)
    const parsed = parseBulkhead({ queue: 0, maxWait: '2s' }, 'bulkhead', settings)
    expect(parsed).toEqual({ concurrency: 1, queue: 0, maxWaitMs: 2_000 })
    expect(Object.isFrozen(parsed)).toBe(true)
    expect(parseBulkhead({ concurrency: 1, maxWait: 0 }, 'bulkhead')).toMatchObject({
      concurrency: 1,
      maxWaitMs: 0,
    })
  })

  it.each([
    [{ concurrency: 0 }, 'bulkhead.concurrency must be a whole number of at least 1, but was 0.'],
    [{ queue: -1 }, 'bulkhead.queue must be a whole number of at least 0, but was -1.'],
    [
      { maxWait: 'long' },
      "bulkhead.maxWait must be a duration: milliseconds, or a text such as '250ms', '2s'",
    ],
    [{ size: 5 }, "bulkhead has no setting 'size'. It takes: concurrency, queue, maxWait."],
  ])('refuse %j', (given, message) => {
    expect(() => parseBulkhead(given, 'bulkhead')).toThrow(message)
  })
})

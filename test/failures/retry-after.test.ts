import { describe, expect, it, test } from 'vitest'
import { retryAfterMs } from '../../src/failures/retry-after.js'

const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0)

function read(headers: Record<string, string>, retryAfterSeconds = ''): number | undefined {
  return retryAfterMs({ headers: new Map(Object.entries(headers)), retryAfterSeconds }, nowMs)
}

describe('the wait that an answer asks for', () => {
  test.each([
    ['seconds', { 'retry-after': '30' }, 30_000],
    ['decimals', { 'retry-after': ' 1.5 ' }, 1_500],
    ['nothing at all', { 'retry-after': '0' }, 0],
    ['milliseconds', { 'x-amz-retry-after': '1250' }, 1_250],
    ['an HTTP date', { 'retry-after': 'Sat, 21 Nov 2026 12:00:07 GMT' }, 7_000],
    ['the form of RFC 850', { 'retry-after': 'Saturday, 21-Nov-26 12:00:07 GMT' }, 7_000],
    ['the form of asctime', { 'retry-after': 'Sat Nov 21 12:00:07 2026' }, 7_000],
    ['a date gone by', { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
  ])('may be %s', (_, headers, expected) => {
    expect(read(headers)).toBe(expected)
  })

  it("is measured by the answer's own clock, so that a wrong one here does no harm", () => {
    const headers = { 'retry-after': 'Sat, 21 Nov 2026 09:00:07 GMT', date: 'Sat, 21 Nov 2026 09:00:00 GMT' }
    expect(read(headers)).toBe(7_000)
  })

  it("is read from the SDK's copy of the header as well, in any of its forms", () => {
    expect(read({}, '2')).toBe(2_000)
    expect(read({}, 'Sat, 21 Nov 2026 12:00:03 GMT')).toBe(3_000)
  })

  it('is the longest of several hints, since each is a floor', () => {
    expect(read({ 'retry-after': '1', 'x-amz-retry-after': '2500' }, '1')).toBe(2_500)
    expect(read({ 'retry-after': '3', 'x-amz-retry-after': '2500' }, '1')).toBe(3_000)
  })

  test.each([
    '',
    'soon',
    '-5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '1, 2',
    '5 s',
    '9'.repeat(400),
    'Sat, 99 Foo 2026 00:00:00 GMT',
    '2026-11-21',
  ])('is unknown when the hint is %j', (hint) => {
    expect(read({ 'retry-after': hint, 'x-amz-retry-after': hint }, hint)).toBeUndefined()
  })

  it('falls back on the clock here when the answer has no readable date', () => {
    expect(read({ 'retry-after': 'Sat, 21 Nov 2026 12:00:07 GMT', date: 'today' })).toBe(7_000)
  })
})

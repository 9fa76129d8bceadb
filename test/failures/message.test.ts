import { expect, it, test } from 'vitest'
import type { Attempt } from '../../src/failures/attempt.js'
import { failure, type Failure } from '../../src/failures/failure.js'
import { compose } from '../../src/failures/message.js'
import { formatMs } from '../../src/failures/text.js'
import type { Ran } from '../../src/failures/verdict.js'

function tell(failure: Failure, attempts: number, elapsedMs: number, ran: Ran = failure.verdict.ran): string {
  const made: Attempt[] = Array.from({ length: attempts }, (_, index) => ({
    number: index + 1,
    startedMs: 0,
    ran,
  }))
  return compose(failure, { target: 'quote', attempts: made, elapsedMs }, ran)
}

it('says who, what, how often, whether it may have run and what to do', () => {
  const throttled = failure('TooManyRequestsException', 'Rate Exceeded', { retryAfterMs: 1_000 })
  expect(tell(throttled, 3, 2_400)).toBe(
    '"quote" failed: TooManyRequestsException (Rate Exceeded) after 3 attempts in 2.4 s; it did not run. ' +
      'Retry after 1 s. Send less at a time, or raise the limit that the reason names.',
  )
})

it('names the limit that a throttle speaks of', () => {
  const reason = 'ReservedFunctionConcurrentInvocationLimitExceeded'
  expect(tell(failure('TooManyRequestsException', 'Rate Exceeded', { reason }), 1, 5)).toContain(
    `(Rate Exceeded, ${reason})`,
  )
})

test.each<[number, number, string]>([
  [0, 0, 'without an attempt;'],
  [0, 2_000, 'without an attempt in 2 s;'],
  [1, 120, 'after 1 attempt in 120 ms;'],
  [2, 150_000, 'after 2 attempts in 2.5 m;'],
])('counts %d attempts in %d ms as "%s"', (attempts, elapsedMs, expected) => {
  expect(tell(failure('CircuitOpen'), attempts, elapsedMs)).toContain(expected)
})

test.each<[Ran, string]>([
  ['no', '; it did not run. '],
  ['maybe', '; it may have run. '],
  ['yes', '; it ran. '],
])('tells ran: %s as "%s"', (ran, expected) => {
  expect(tell(failure('ConnectionReset'), 1, 1, ran)).toContain(expected)
})

it('stays on one line of bounded length', () => {
  const long = tell(failure('FunctionError', `a\n\tb${'x'.repeat(9_000)}`), 1, 1)
  expect(long).toContain('(a bx')
  expect(long).not.toMatch(/[\n\t]/)
  expect(long).toHaveLength(2_000)
})

test.each<[number, string]>([
  [0.04, '0 ms'],
  [0.46, '0.5 ms'],
  [9.94, '9.9 ms'],
  [10.6, '11 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [59_960, '59.96 s'],
  [119_999, '120 s'],
  [120_000, '2 m'],
])('tells %d ms as %s', (ms, expected) => {
  expect(formatMs(ms)).toBe(expected)
})

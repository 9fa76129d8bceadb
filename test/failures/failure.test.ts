import { expect, it } from 'vitest'
import { CATALOGUE } from '../../src/failures/catalogue.js'
import { failure } from '../../src/failures/failure.js'
import { worse } from '../../src/failures/verdict.js'

it('takes the verdict from the catalogue and shares it', () => {
  expect(failure('CircuitOpen').verdict).toBe(CATALOGUE.CircuitOpen)
  expect(failure('CircuitOpen', 'open', { ran: 'no' }).verdict).toBe(CATALOGUE.CircuitOpen)
})

it('says what the row means when nothing more is known, without the final stop', () => {
  expect(`${failure('Aborted').message}.`).toBe(CATALOGUE.Aborted.means)
})

it('lets one case differ from its row without changing the row', () => {
  const { verdict } = failure('DeadlineExceeded', 'no time', { ran: 'no', breaker: 'failure' })
  expect(verdict).toEqual({ ...CATALOGUE.DeadlineExceeded, ran: 'no', breaker: 'failure' })
  expect(failure('DeadlineExceeded', 'no time', { breaker: 'failure' }).verdict.ran).toBe('maybe')
  expect(CATALOGUE.DeadlineExceeded.ran).toBe('maybe')
  expect(Object.isFrozen(verdict)).toBe(true)
})

it('can be worth no repeat, though others of its code are', () => {
  expect(failure('HttpServiceUnavailable', 'busy', { retry: 'never' }).verdict).toEqual({
    ...CATALOGUE.HttpServiceUnavailable,
    retry: 'never',
  })
  expect(failure('HttpServiceUnavailable', 'busy', { retry: 'soon' }).verdict).toBe(
    CATALOGUE.HttpServiceUnavailable,
  )
})

it('keeps what is known and has no field for what is not', () => {
  const { verdict, ...rest } = failure('Throttled', 'slow down', { retryAfterMs: 0, requestId: undefined })
  expect(verdict).toBe(CATALOGUE.Throttled)
  expect(rest).toStrictEqual({ code: 'Throttled', message: 'slow down', retryAfterMs: 0 })
})

it('keeps the more alarming of two answers to whether it ran', () => {
  expect(worse('no', 'maybe')).toBe('maybe')
  expect(worse('yes', 'maybe')).toBe('yes')
  expect(worse('no', 'no')).toBe('no')
})

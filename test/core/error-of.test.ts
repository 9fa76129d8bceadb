import { expect, it } from 'vitest'
import { errorOf } from '../../src/core/error-of.js'
import { History } from '../../src/core/history.js'
import { failed } from '../../src/core/outcome.js'
import { failure } from '../../src/failures/failure.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

it('makes an error of a failure, with the story of its call', async () => {
  const clock = fakeClock()
  const history = new History(clock, undefined)
  const why = failure('ConnectionReset', 'the line broke')
  const attempt = history.begin()
  await clock.advance(30)
  history.end(attempt, failed(why))
  const error = errorOf(why, 'quote', history)
  expect(error).toMatchObject({
    code: 'ConnectionReset',
    target: 'quote',
    elapsedMs: 30,
    mayHaveRun: true,
    attempts: [{ number: 1, durationMs: 30 }],
  })
})

import { expect, it } from 'vitest'
import { scripted } from './support.js'

it('is off by default, and goes to the transport when it is on', async () => {
  const { lambda, script } = scripted()
  script('quote').replies(1)
  await lambda('quote').invoke()
  await lambda('quote').forward().invoke()
  await lambda('quote').forward().forward(false).invoke()
  expect(script('quote').requests.map(({ forward }) => forward)).toEqual([false, true, false])
})

it('is plain data, and shows in the plan', () => {
  const { lambda } = scripted({ defaults: { forward: true } })
  expect(lambda('quote').explain()).toContain('deadline and attempt forwarded')
  expect(lambda('quote').toJSON().steps.at(-1)?.settings).toMatchObject({ forward: true })
  expect(lambda('quote').forward(false).explain()).not.toContain('forwarded')
  expect(() => lambda('quote').forward('yes' as never)).toThrow(
    "forward must be true or false, but was 'yes'.",
  )
})

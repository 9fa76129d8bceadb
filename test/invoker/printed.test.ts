import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createInvoker, type Fn } from 'resilient-lambda'

const lambda = createInvoker()

it.each<[string, Fn<unknown, unknown>, string]>([
  ['by default', lambda('quote:live'), 'Lambda function quote:live (not idempotent)'],
  ['when declared', lambda('quote').idempotent(), 'Lambda function quote (idempotent)'],
])('a function in a log is its target and whether it may be repeated: %s', (_, fn, words) => {
  expect(inspect(fn)).toBe(words)
  expect(inspect({ fn })).toBe(`{ fn: ${words} }`)
  expect(String(fn)).toBe(words)
})

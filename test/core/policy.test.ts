import { expect, it } from 'vitest'
import { answered, failed } from '../../src/core/outcome.js'
import { compose, type Policy } from '../../src/core/policy.js'
import { failure } from '../../src/failures/failure.js'
import { Bench } from '../policies/harness.js'

it('puts the first policy outermost', async () => {
  const order: string[] = []
  const policy =
    (name: string): Policy =>
    (next) =>
    async (call, context) => {
      order.push(`${name} in`)
      const outcome = await next(call, context)
      order.push(`${name} out`)
      return outcome
    }
  const inner = async () => {
    order.push('innermost')
    return answered(1)
  }
  await new Bench().start(() => compose([policy('a'), policy('b')], inner), inner, { recorded: false })
    .outcome
  expect(order).toEqual(['a in', 'b in', 'innermost', 'b out', 'a out'])
})

const inner = async () => answered(1)

it('is the innermost itself without policies', () => {
  expect(compose([], inner)).toBe(inner)
})

it('has an empty, frozen reply where nothing came with a value', () => {
  expect(answered(1)).toEqual({ ok: true, value: 1, reply: {} })
  expect(answered(1, { requestId: 'r' })).toEqual({ ok: true, value: 1, reply: { requestId: 'r' } })
  expect(Object.isFrozen(answered(1).reply)).toBe(true)
  const why = failure('Aborted')
  expect(failed(why)).toEqual({ ok: false, failure: why })
})

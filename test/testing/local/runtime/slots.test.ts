import { expect, test } from 'vitest'
import { Slots } from '../../../../src/testing/local/runtime/slots.js'

test('a place that is given back goes to who has waited longest, and to nobody else', async () => {
  const slots = new Slots(1)
  const order: string[] = []
  expect(slots.tryTake()).toBe(true)
  const first = slots.take().then(() => order.push('first'))
  const second = slots.take().then(() => order.push('second'))
  slots.release()
  await first
  expect(order).toEqual(['first'])
  expect(slots.tryTake()).toBe(false)
  slots.release()
  await second
  slots.release()
  expect(slots.tryTake()).toBe(true)
  expect(slots.tryTake()).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { attemptOf, idempotencyKeyOf, type CalleeContext } from 'resilient-lambda/callee'

const throwing = {
  get custom(): never {
    throw new Error('gotcha')
  },
}
const entries = (value: unknown): CalleeContext => ({
  clientContext: { custom: { 'resilient-lambda-attempt': value, idempotencyKey: value } },
})

/** What anybody who may invoke a function can put there. */
const MALFORMED: readonly (readonly [string, CalleeContext | undefined])[] = [
  ['no context', undefined],
  ['no client context', {}],
  ['null', { clientContext: null }],
  ['a text', { clientContext: 'custom' }],
  ['a list', { clientContext: [] }],
  ['no custom part', { clientContext: { client: {} } }],
  ['a custom part of null', { clientContext: { custom: null } }],
  ['a custom part that is a text', { clientContext: { custom: 'idempotencyKey' } }],
  ['a getter that throws', { clientContext: throwing }],
  ['a number for a text', entries(2)],
  ['an object for a text', entries({ toString: () => '2' })],
  ['a list for a text', entries(['2'])],
  ['an empty text', entries('')],
  [
    'an entry of the prototype',
    { clientContext: { custom: Object.create({ idempotencyKey: '2' }) as object } },
  ],
]

describe('attemptOf()', () => {
  it('is the number that the caller sent', () => {
    expect(attemptOf(entries('2'))).toBe(2)
    expect(attemptOf(entries('14'))).toBe(14)
  })

  it.each(MALFORMED)('is 1 for %s', (_, context) => {
    expect(attemptOf(context)).toBe(1)
  })

  it.each(['0', '-1', '1.5', '1e3', 'two', ' 2', '9'.repeat(16), '0x10', 'Infinity'])(
    'is 1 for what is no number of an attempt: %j',
    (text) => {
      expect(attemptOf(entries(text))).toBe(1)
    },
  )
})

describe('idempotencyKeyOf()', () => {
  it('is the key that the caller sent', () => {
    expect(idempotencyKeyOf(entries('A-17'))).toBe('A-17')
  })

  it('is read under the name that both sides agreed on', () => {
    const context = { clientContext: { custom: { order: 'A-17', idempotencyKey: 'other' } } }
    expect(idempotencyKeyOf(context, 'order')).toBe('A-17')
    expect(idempotencyKeyOf(context, 'toString')).toBeUndefined()
  })

  it.each(MALFORMED)('is undefined for %s', (_, context) => {
    expect(idempotencyKeyOf(context)).toBeUndefined()
  })
})

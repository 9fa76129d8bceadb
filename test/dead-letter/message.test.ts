import { describe, expect, it } from 'vitest'
import { assertWhole, encodeLetter, type EncodedLetter } from '../../src/dead-letter/message.js'
import { letterOf } from './support.js'

const LIMIT = 100_000
const encoded = (payload: unknown, limit = LIMIT): EncodedLetter =>
  encodeLetter(letterOf({ payload }), limit, 'the queue')
const read = ({ body }: EncodedLetter): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>

describe('a dead letter as it travels', () => {
  it('is one versioned JSON object with the payload and the story', () => {
    const whole = encoded({ sku: 'A1' })
    expect(read(whole)).toEqual({
      version: 1,
      id: '0c5f3e0e-6a4c-4b8a-9d65-6d2f3c1f9a77',
      target: 'quote:live',
      at: Date.UTC(2026, 0, 1),
      mayHaveRun: false,
      error: JSON.parse(JSON.stringify(letterOf().error)),
      payload: { sku: 'A1' },
    })
    expect(() => assertWhole(whole)).not.toThrow()
  })

  it('has no payload where the caller gave none', () => {
    const whole = encoded(undefined)
    expect(Object.keys(read(whole))).toEqual(['version', 'id', 'target', 'at', 'mayHaveRun', 'error'])
    expect(whole.lacks).toBeUndefined()
  })

  it('carries bytes in base64', () => {
    expect(read(encoded(new Uint8Array([1, 2, 255])))).toMatchObject({ payloadBase64: 'AQL/' })
  })

  it('goes without a payload that makes it too large, and says what is missing', () => {
    const payload = 'ü'.repeat(LIMIT / 2)
    const part = encoded(payload)
    expect(read(part)).toMatchObject({
      payloadOmitted: 'too-large',
      error: { code: 'TooManyRequestsException' },
    })
    expect(read(part)['payloadBytes']).toBe(Buffer.byteLength(`,"payload":"${payload}"`))
    expect(read(part)).not.toHaveProperty('payload')
    expect(() => assertWhole(part)).toThrow(
      /^the letter was sent without its payload, with which it has 100,\d{3} bytes; the queue takes at most 100,000$/,
    )
  })

  it('is measured in bytes, to the last one', () => {
    const size = Buffer.byteLength(encoded('üü').body)
    expect(encoded('üü', size).lacks).toBeUndefined()
    expect(encoded('üü', size - 1).lacks).toContain(`takes at most ${size - 1}`)
  })

  it.each<[string, unknown]>([
    ['a BigInt', { cents: 1n }],
    ['a Map', new Map([[1, 2]])],
    ['a cycle', Object.assign([], { 0: undefined, length: 0 })],
  ])('goes without %s where JSON has no words for it', (what, payload) => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    const part = encoded(what === 'a cycle' ? cycle : payload)
    expect(read(part)).toMatchObject({ payloadOmitted: 'not-json' })
    expect(part.lacks).toMatch(/^its payload, which cannot be turned into JSON: \S/)
  })

  it('has no character that a queue would refuse', () => {
    const payload = 'a\uFFFEb\uFFFFc\u0000d\uD800e'
    const whole = encoded(payload)
    // eslint-disable-next-line no-control-regex -- these are what it is about
    expect(whole.body).not.toMatch(/[\u0000-\u0008\uFFFE\uFFFF\uD800-\uDFFF]/)
    expect(read(whole)['payload']).toBe(payload)
  })
})

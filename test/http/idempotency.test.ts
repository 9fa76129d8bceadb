import { describe, expect, test } from 'vitest'
import { isIdempotent } from '../../src/http/idempotency.js'

describe('HTTP tells what may be repeated', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('%s may', (method) => {
    expect(isIdempotent({ method, headers: [] })).toBe(true)
  })

  test.each(['POST', 'PATCH', 'LOCK', 'get'])('%s may not', (method) => {
    expect(isIdempotent({ method, headers: [] })).toBe(false)
  })

  test('a POST with an Idempotency-Key may, whatever its case', () => {
    expect(isIdempotent({ method: 'POST', headers: [['Idempotency-KEY', 'a-17']] })).toBe(true)
  })

  test('an empty key is none', () => {
    expect(isIdempotent({ method: 'POST', headers: [['idempotency-key', ' ']] })).toBe(false)
  })
})

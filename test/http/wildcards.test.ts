import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { isLike } from '../../src/http/wildcards.js'

test.each<[string, string, boolean]>([
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['**', 'ab', true],
  ['?', '', false],
  ['?', 'a', true],
  ['a', 'a', true],
  ['a', 'ab', false],
  ['a?c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'abcbc', true],
  ['a*c', 'abcb', false],
  ['*a*b', 'xaxxab', true],
  ['*ab?', 'aababb', true],
  ['*ab?', 'aabab', false],
  ['.', 'a', false],
])("'%s' is like '%s': %s", (pattern, text, expected) => {
  expect(isLike(pattern, text)).toBe(expected)
})

it('agrees with a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 })
  fc.assert(
    fc.property(patterns, letters, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replace(/\*/g, '.*').replace(/\?/g, '.')}$`)
      expect(isLike(pattern, text)).toBe(expression.test(text))
    }),
    { numRuns: 2_000 },
  )
})

it('is done with a pattern on which a regular expression would never end', () => {
  expect(isLike('*a'.repeat(200), `${'a'.repeat(5_000)}b`)).toBe(false)
})

import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  callback,
  duration,
  either,
  flag,
  InvalidSettingError,
  listOf,
  mapOf,
  numberBetween,
  oneOf,
  orOff,
  required,
  shape,
  text,
  textLike,
  wholeNumber,
  type Parse,
} from '../../src/core/settings.js'

/** What refusing `given` says. */
function refusal(parse: Parse<unknown>, given: unknown, path = 'it'): string {
  try {
    parse(given, path)
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidSettingError)
    return (error as InvalidSettingError).message
  }
  throw new Error(`took ${String(given)}`)
}

function same(given: unknown): (parse: Parse<unknown>) => void {
  return (parse) => expect(parse(given, 'it')).toBe(given)
}

describe('an invalid setting', () => {
  it('is a TypeError that says where it stands, what it may be and what it was', () => {
    const error = new InvalidSettingError('retry.attempts', 0, 'a whole number')
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      name: 'InvalidSettingError',
      path: 'retry.attempts',
      allowed: 'a whole number',
      message: 'retry.attempts must be a whole number, but was 0.',
    })
  })

  it.each([
    ['text', "'text'"],
    ['x'.repeat(100), `'${'x'.repeat(80)}'`],
    [() => 1, 'a function'],
    [[1, 2], 'a list'],
    [{ a: 1, b: 2 }, 'an object with a, b'],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, 'an object with a, b, c, d, e'],
    [{}, 'an object with no keys'],
    [Object.create(null), 'an object with no keys'],
    [{ constructor: 'Map' }, 'an object with constructor'],
    [Object.create(Object.create(null)), 'an object with no keys'],
    [(function* () {})(), 'an object with no keys'],
    [runInNewContext('({ a: 1 })'), 'an object with a'],
    [new Map([[1, 2]]), 'a Map'],
    [new URL('http://a.test'), 'a URL'],
    [new Uint8Array(2), 'a Uint8Array'],
    [new Error('no'), 'an Error'],
    [new AbortController().signal, 'an AbortSignal'],
    [Object.assign(new AbortController(), { a: 1 }), 'an AbortController'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Number.NaN, 'NaN'],
    [Symbol('s'), 'Symbol(s)'],
    [500n, '500n'],
    [Promise.resolve(1), 'a promise'],
  ])('shows what it was (case %#)', (given, shown) => {
    expect(new InvalidSettingError('it', given, 'right').message).toBe(`it must be right, but was ${shown}.`)
  })
})

describe('a whole number', () => {
  it('may be anything from its least to its greatest', () => {
    for (const given of [1, 2, 20]) same(given)(wholeNumber(1, 20))
    for (const given of [0, 1, Number.MAX_SAFE_INTEGER]) same(given)(wholeNumber(0))
  })

  it('is nothing else', () => {
    for (const given of [0, 21, 1.5, Number.NaN, Infinity, '3', null, undefined, true]) {
      expect(refusal(wholeNumber(1, 20), given)).toContain('it must be a whole number from 1 to 20, but was ')
    }
    expect(refusal(wholeNumber(1), 0)).toBe('it must be a whole number of at least 1, but was 0.')
    expect(refusal(wholeNumber(0), 2 ** 53)).toContain('of at least 0, but was 9007199254740992')
  })
})

describe('a number between', () => {
  it('includes both ends', () => {
    for (const given of [0.01, 0.5, 1]) same(given)(numberBetween(0.01, 1))
  })

  it('is nothing beyond them and nothing else', () => {
    for (const given of [0.009, 1.001, Number.NaN, '0.5', null]) {
      expect(refusal(numberBetween(0.01, 1), given)).toContain('it must be a number from 0.01 to 1, but was ')
    }
  })
})

describe('a duration setting', () => {
  it('becomes milliseconds, from its least on', () => {
    expect(duration()(0, 'it')).toBe(0)
    expect(duration(100)('100ms', 'it')).toBe(100)
    expect(duration(100)('2s', 'it')).toBe(2_000)
  })

  it('says which forms there are', () => {
    expect(refusal(duration(), 'soon')).toBe(
      "it must be a duration: milliseconds, or a text such as '250ms', '2s', '1.5m', but was 'soon'.",
    )
    expect(refusal(duration(100), 99)).toContain('it must be a duration of at least 100 ms: milliseconds')
    expect(refusal(duration(), -1)).toContain('but was -1.')
  })

  it('may have a most', () => {
    expect(duration(1, 900_000)('15m', 'it')).toBe(900_000)
    expect(refusal(duration(1, 900_000), '16m')).toContain('it must be a duration from 1 to 900000 ms: ')
    expect(refusal(duration(1, 900_000), 0)).toContain('it must be a duration from 1 to 900000 ms: ')
  })
})

describe('the simple kinds', () => {
  it('take what they are for', () => {
    same(true)(flag)
    same(false)(flag)
    same('a')(text)
    same(refusal)(callback)
    same('full')(oneOf('full', 'equal'))
  })

  it('refuse the rest', () => {
    for (const given of [0, 'true', null])
      expect(refusal(flag, given)).toContain('it must be true or false, but')
    for (const given of ['', 1])
      expect(refusal(text, given)).toContain('it must be a text that is not empty, but')
    expect(refusal(callback, {})).toBe('it must be a function, but was an object with no keys.')
    expect(refusal(oneOf('full', 'equal'), 'half')).toBe("it must be one of 'full', 'equal', but was 'half'.")
  })
})

describe('a text of a form', () => {
  const digits = textLike(/^\d+$/, 'digits')

  it('is what has the form, and nothing else', () => {
    same('12')(digits)
    for (const given of ['', '1a', 12])
      expect(refusal(digits, given)).toContain('it must be digits, but was ')
  })
})

describe('a map', () => {
  const parse = mapOf(duration(), textLike(/^[a-z_]+$/, 'small letters'))

  it('has its values parsed, whatever their keys', () => {
    expect(parse({ a: '1s', b: 5 }, 'it')).toEqual(new Map(Object.entries({ a: 1_000, b: 5 })))
    expect(parse(JSON.parse('{"__proto__": 3}'), 'it')).toEqual(new Map([['__proto__', 3]]))
    expect(mapOf(text)({ 'any key': 'a' }, 'it').get('any key')).toBe('a')
  })

  it('names the value or the key that is wrong', () => {
    expect(refusal(parse, { a: 1, b: 'x' })).toContain('it.b must be a duration')
    expect(refusal(parse, { A: 1 })).toBe("a key of it must be small letters, but was 'A'.")
  })

  it('is an object', () => {
    for (const given of [null, undefined, 3, 'text', []])
      expect(refusal(parse, given)).toContain('it must be an object, but was ')
  })
})

describe('a list', () => {
  it('has its items parsed', () => {
    expect(listOf(duration())(['1s', 5], 'it')).toEqual([1_000, 5])
    expect(listOf(text)([], 'it')).toEqual([])
  })

  it('names the item that is wrong', () => {
    expect(refusal(listOf(text), ['a', 3])).toBe('it[1] must be a text that is not empty, but was 3.')
    expect(refusal(listOf(text), 'a')).toBe("it must be a list, but was 'a'.")
  })
})

function broken(): never {
  throw new RangeError('a mistake')
}

describe('either of two', () => {
  const parse = either(flag, either(listOf(text), callback))

  it('takes what one of them takes', () => {
    same(true)(parse)
    same(refusal)(parse)
    expect(parse(['a'], 'it')).toEqual(['a'])
    expect(either(duration(), text)('1s', 'it')).toBe(1_000)
  })

  it('says what all of them take when none does', () => {
    expect(refusal(parse, 3)).toBe('it must be true or false, or a list, or a function, but was 3.')
  })

  it('says what is wrong inside the value where one of them has recognised it', () => {
    expect(refusal(parse, ['a', 3])).toBe('it[1] must be a text that is not empty, but was 3.')
    expect(refusal(either(callback, listOf(text)), [3])).toBe(
      'it[0] must be a text that is not empty, but was 3.',
    )
  })

  it('does not hide a mistake in a parser', () => {
    expect(() => either(broken, flag)(true, 'it')).toThrow(RangeError)
    expect(() => either(flag, broken)(3, 'it')).toThrow(RangeError)
  })

  it('includes false for what can be switched off', () => {
    const limit = orOff(wholeNumber(1))
    same(false)(limit)
    same(3)(limit)
    expect(refusal(limit, 0)).toBe(
      'it must be a whole number of at least 1, or false to switch it off, but was 0.',
    )
    expect(refusal(limit, true)).toContain('or false to switch it off, but was true.')
  })
})

describe('the shape of settings', () => {
  const parse = shape({ attempts: wholeNumber(1), wait: duration(), inner: shape({ on: flag }) })

  it('parses every key, and gives durations their unit', () => {
    expect(parse({ attempts: 2, wait: '2s', inner: { on: true } }, 'it')).toEqual({
      attempts: 2,
      waitMs: 2_000,
      inner: { on: true },
    })
  })

  it('has no key for what is absent or undefined', () => {
    expect(Object.keys(parse({ attempts: undefined, wait: 0 }, 'it') as object)).toEqual(['waitMs'])
    expect(parse({}, 'it')).toEqual({})
  })

  it('names the key that is wrong, however deep', () => {
    expect(refusal(parse, { attempts: 0 })).toContain('it.attempts must be a whole number')
    expect(refusal(parse, { inner: { on: 1 } })).toBe('it.inner.on must be true or false, but was 1.')
  })

  it('lists the keys it knows when one is unknown', () => {
    expect(refusal(parse, { attemps: 3 })).toBe(
      "it has no setting 'attemps'. It takes: attempts, wait, inner.",
    )
    expect(refusal(parse, { unknown: undefined })).toContain("no setting 'unknown'")
    expect(refusal(parse, { waitMs: 3 })).toContain("no setting 'waitMs'")
    expect(refusal(parse, { toString: 3 })).toContain("no setting 'toString'")
    expect(refusal(parse, JSON.parse('{"__proto__": 3}'))).toContain("no setting '__proto__'")
    expect(() => parse({ x: 1 }, 'it')).toThrow(
      expect.objectContaining({ path: 'it.x', allowed: 'a known setting' }),
    )
  })

  it('is an object', () => {
    for (const given of [null, undefined, 3, 'text', [], () => {}]) {
      expect(refusal(parse, given)).toContain(
        'it must be an object with any of: attempts, wait, inner, but was ',
      )
    }
  })
})

describe('required keys', () => {
  const inner = shape({ wait: duration(), rate: numberBetween(0, 1) })
  const parse = required(inner, 'waitMs', 'rate')

  it('must all be there', () => {
    expect(parse({ wait: 0, rate: 0 }, 'it')).toEqual({ waitMs: 0, rate: 0 })
  })

  it('are named as the user writes them when they are missing', () => {
    expect(refusal(parse, { rate: 1 })).toBe('it.wait must be given, but was undefined.')
    expect(refusal(parse, { wait: 1 })).toBe('it.rate must be given, but was undefined.')
    expect(refusal(parse, { wait: 1, rate: undefined })).toContain('it.rate must be given')
  })
})

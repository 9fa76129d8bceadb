import { describe, expect, it, test } from 'vitest'
import type { HttpFormat } from '../../../src/http/index.js'
import { everyFormat } from './every-format.js'
import { problemOf, replyOf } from './support.js'

describe.each(Object.entries<HttpFormat>(everyFormat))('for %s a reply', (name, format) => {
  const listed = name.includes('multi-value')
  /** Headers in the field and the form that the format has for them. */
  const withHeaders = (headers: Readonly<Record<string, unknown>>): object => ({
    statusCode: 200,
    [listed ? 'multiValueHeaders' : 'headers']: listed
      ? Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]]))
      : headers,
  })
  const at = (header: string): string => (listed ? `multiValueHeaders.${header}[0]` : `headers.${header}`)

  test.each([200, 204, 304, 404, 599])('may have the status %i', (statusCode) => {
    expect(replyOf(format, { statusCode })).toEqual({
      status: statusCode,
      statusText: '',
      headers: [],
      body: '',
    })
  })

  test.each([
    [100, '100'],
    [101, '101'],
    [199, '199'],
    [600, '600'],
    [200.5, '200.5'],
    [-200, '-200'],
    ['ok', "'ok'"],
    [true, 'true'],
    [null, 'null'],
    [[200], 'a list'],
    [{}, 'an object with no keys'],
  ])('may not have the status %j', (statusCode, shown) => {
    expect(problemOf(format, { statusCode })).toBe(
      `statusCode must be a whole number from 200 to 599, but was ${shown}`,
    )
  })

  it('has headers of texts, numbers and booleans, in their order and case', () => {
    const reply = withHeaders({
      'X-Text': ' a\tb\t',
      'x-number': 1.5,
      'X-Yes': true,
      empty: '',
      blank: ' \t ',
      latin: 'é\u00a0',
    })
    expect(replyOf(format, reply).headers).toEqual([
      ['X-Text', 'a\tb'],
      ['x-number', '1.5'],
      ['X-Yes', 'true'],
      ['empty', ''],
      ['blank', ''],
      ['latin', 'é\u00a0'],
    ])
  })

  test.each([
    ['a list', ['a']],
    ['an object', { a: 1 }],
    ['null', null],
  ])('may not have %s as the value of a header', (shown, value) => {
    expect(problemOf(format, withHeaders({ fine: 'yes', 'x-id': value }))).toBe(
      `${at('x-id')} must be a text, a number or a boolean, but was ${shown}`,
    )
  })

  test.each([
    ['a line feed', 'a\nb', 1],
    ['a carriage return at its end', 'ab\r', 2],
    ['a null', '\0', 0],
    ['a control character', 'a\u007f', 1],
    ['a letter beyond Latin-1', ' snow: ☃', 6],
  ])('may not have %s in the value of a header', (_, value, index) => {
    expect(problemOf(format, withHeaders({ 'x-id': value }))).toBe(
      `${at('x-id')} has a character, at ${index}, that no header can carry`,
    )
  })

  test.each([
    ['a b', '"a b"'],
    ['a:b', '"a:b"'],
    ['a\nb', '"a\\nb"'],
    ['é', '"é"'],
    ['', '""'],
  ])('may not have a header called %j', (header, shown) => {
    expect(problemOf(format, withHeaders({ [header]: 'x' }))).toBe(
      `${at(shown)} has a name that no header can have`,
    )
  })

  it('may have a header called __proto__', () => {
    const reply = withHeaders(JSON.parse('{"__proto__":"x"}') as Readonly<Record<string, unknown>>)
    expect(replyOf(format, reply).headers).toEqual([['__proto__', 'x']])
  })

  it('loses the headers of one connection', () => {
    const reply = withHeaders({
      Connection: 'x-private',
      'X-Private': '1',
      'keep-alive': 'timeout=5',
      kept: '1',
    })
    expect(replyOf(format, reply).headers).toEqual([['kept', '1']])
  })

  test.each([
    ['a text', 'secret'],
    ['a number', 7],
    ['a boolean', true],
    ['a list', [['a', 'b']]],
  ])('may not have %s for headers', (shown, headers) => {
    const field = listed ? 'multiValueHeaders' : 'headers'
    expect(problemOf(format, { statusCode: 200, [field]: headers })).toBe(
      `${field} must be an object, but was ${shown}`,
    )
  })

  test.each([
    ['a text', { body: 'tëxt' }, 'tëxt'],
    ['a text that only looks like base64', { body: 'dGV4dA==', isBase64Encoded: false }, 'dGV4dA=='],
    ['base64', { body: 'dMOreHQ=', isBase64Encoded: true }, 'tëxt'],
    ['base64 with all of its padding', { body: 'dA==', isBase64Encoded: true }, 't'],
    ['base64 without padding', { body: 'dMOreHQ', isBase64Encoded: true }, 'tëxt'],
    ['base64 of nothing', { body: '', isBase64Encoded: true }, ''],
    ['null', { body: null, isBase64Encoded: null }, ''],
    ['null in base64', { body: null, isBase64Encoded: true }, ''],
    ['nothing', {}, ''],
  ])('may have %s for a body', (_, fields, expected) => {
    expect(replyOf(format, { statusCode: 200, ...fields }).body).toBe(expected)
  })

  test.each([
    ['a number', { body: 1 }, 'body must be a text, but was a number'],
    ['an object', { body: { a: 1 } }, 'body must be a text, but was an object'],
    ['a list', { body: [] }, 'body must be a text, but was a list'],
    [
      'no base64',
      { body: 'dGV_', isBase64Encoded: true },
      'body must be base64, as isBase64Encoded says, but its character at 3 is none of it',
    ],
    [
      'no base64 at all',
      { body: '<p>', isBase64Encoded: true },
      'body must be base64, as isBase64Encoded says, but its character at 0 is none of it',
    ],
    [
      'base64 in lines',
      { body: 'dGV4\ndA==', isBase64Encoded: true },
      'body must be base64, as isBase64Encoded says, but its character at 4 is none of it',
    ],
    [
      'base64 after its padding',
      { body: 'dA==dA==', isBase64Encoded: true },
      'body must be base64, as isBase64Encoded says, but its character at 2 is none of it',
    ],
    [
      'base64 cut short',
      { body: 'dGV4d', isBase64Encoded: true },
      'body must be base64, as isBase64Encoded says, but its length of 5 is not',
    ],
    [
      'base64 with half of its padding',
      { body: 'dA=', isBase64Encoded: true },
      'body must be base64, as isBase64Encoded says, but its length of 3 is not',
    ],
    [
      'a word for isBase64Encoded',
      { body: '', isBase64Encoded: 'true' },
      "isBase64Encoded must be true or false, but was 'true'",
    ],
  ])('may not have %s for a body', (_, fields, expected) => {
    expect(problemOf(format, { statusCode: 200, ...fields })).toBe(expected)
  })

  it('is told of by its first problem', () => {
    expect(problemOf(format, { statusCode: 1, headers: 1, multiValueHeaders: 1, body: 1 })).toMatch(
      /^statusCode/,
    )
  })
})

describe.each(['an ALB', 'an ALB with multi-value headers', 'a REST API'] as const)(
  'for %s a reply',
  (name) => {
    test.each([
      ['a text', 'justASecret'],
      ['null', null],
      ['undefined', undefined],
      ['a number', 200],
      ['a list', [{ statusCode: 200 }]],
    ])('is not %s', (shown, given) => {
      expect(problemOf(everyFormat[name], given)).toBe(
        `the reply must be an object with a statusCode, but was ${shown}`,
      )
    })
  },
)

describe.each(['an ALB with multi-value headers', 'a REST API'] as const)(
  'for %s multi-value headers',
  (name) => {
    const format = everyFormat[name]

    it('are lists', () => {
      expect(problemOf(format, { statusCode: 200, multiValueHeaders: { 'set-cookie': 'id=secret' } })).toBe(
        'multiValueHeaders.set-cookie must be a list, but was a text',
      )
    })

    it('may be lists of nothing', () => {
      expect(replyOf(format, { statusCode: 200, multiValueHeaders: { 'x-id': [] } }).headers).toEqual([])
    })

    it('are told of by the place in their list', () => {
      expect(problemOf(format, { statusCode: 200, multiValueHeaders: { 'x-id': ['a', null] } })).toBe(
        'multiValueHeaders.x-id[1] must be a text, a number or a boolean, but was null',
      )
    })
  },
)

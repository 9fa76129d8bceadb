import { describe, expect, it, test } from 'vitest'
import { everyFormat } from './every-format.js'
import { problemOf, replyOf } from './support.js'

describe.each(['an HTTP API', 'a function URL'] as const)('for %s', (name) => {
  const format = everyFormat[name]

  test.each([
    ['a text', 'hello', 'hello'],
    ['an empty text', '', ''],
    ['a number', 3.1, '3.1'],
    ['a boolean', true, 'true'],
    ['a list', ['hello', 3, true], '["hello",3,true]'],
    ['an object', { hello: 'world' }, '{"hello":"world"}'],
    ['an object that has a body only', { body: 'x', headers: {} }, '{"body":"x","headers":{}}'],
    ['null', null, 'null'],
    ['nothing', undefined, 'null'],
  ])('a reply that is %s is a body of JSON', (_, given, body) => {
    expect(replyOf(format, given)).toEqual({
      status: 200,
      statusText: '',
      headers: [['content-type', 'application/json']],
      body,
    })
  })

  it('a status of undefined is none, as it is in JSON', () => {
    expect(replyOf(format, { statusCode: undefined, a: 1 }).body).toBe('{"a":1}')
  })

  it('a reply that JSON cannot carry is invalid', () => {
    expect(problemOf(format, 1n)).toBe('the reply must be JSON, but was a bigint')
    expect(problemOf(format, () => 1)).toBe('the reply must be JSON, but was a function')
  })

  test.each([
    ['numbers that no double holds', '[12345678901234567890,1.0,1e2]'],
    ['keys in their order', '{"b":1,"2":2,"1":3}'],
    ['a key twice', '{"a":1,"a":2}'],
    ['escapes and blanks', ' { "a" : "\\u00e9\\/" }\n'],
  ])('a reply that is a body of JSON stays as it was written: %s', (_, text) => {
    const reply = format.decode(JSON.parse(text), text)
    expect('problem' in reply || Buffer.from(reply.body).toString()).toBe(text)
  })

  it('a reply that is a text has its quotes taken off', () => {
    const reply = format.decode('<p>"hi"</p>', '"<p>\\"hi\\"</p>"')
    expect('problem' in reply || Buffer.from(reply.body).toString()).toBe('<p>"hi"</p>')
  })

  it('a reply may have its status as a text', () => {
    expect(replyOf(format, { statusCode: '418', body: "I'm a teapot" })).toMatchObject({ status: 418 })
  })

  it('a reply has a Set-Cookie for each of its cookies, before those in its headers', () => {
    const reply = {
      statusCode: 200,
      cookies: ['a=1; Path=/', 'b=2'],
      headers: { 'Set-Cookie': 'c=3', x: '1' },
    }
    expect(replyOf(format, reply).headers).toEqual([
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2'],
      ['Set-Cookie', 'c=3'],
      ['x', '1'],
    ])
    expect(replyOf(format, { statusCode: 200, cookies: null }).headers).toEqual([])
  })

  test.each([
    ['id=secret', 'cookies must be a list, but was a text'],
    [['a=1', null], 'cookies[1] must be a text, a number or a boolean, but was null'],
    [['a=1\nb'], 'cookies[0] has a character, at 3, that no header can carry'],
  ])('a reply may not have the cookies %j', (cookies, expected) => {
    expect(problemOf(format, { statusCode: 200, cookies })).toBe(expected)
  })

  it('a reply may have fields that nobody knows', () => {
    const reply = { statusCode: 200, multiValueHeaders: { a: ['1'] }, statusDescription: '200 OK' }
    expect(replyOf(format, reply)).toMatchObject({ statusText: '', headers: [] })
  })
})

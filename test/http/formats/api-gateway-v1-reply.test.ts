import { describe, expect, it, test } from 'vitest'
import { apiGatewayV1 } from '../../../src/http/formats/api-gateway-v1.js'
import { problemOf, replyOf } from './support.js'

const format = apiGatewayV1()

describe('a reply to a REST API', () => {
  it('may have its status as a text', () => {
    expect(replyOf(format, { statusCode: '201' }).status).toBe(201)
  })

  test.each(['test', '', '201.0', ' 201', '0201', '2e2', '99', '600', null, true])(
    'may not have the status %j',
    (statusCode) => {
      expect(problemOf(format, { statusCode })).toMatch(
        /^statusCode must be a whole number from 200 to 599, but was /,
      )
    },
  )

  it('without a status is a 200', () => {
    expect(replyOf(format, { headers: { a: '1' } })).toMatchObject({ status: 200, headers: [['a', '1']] })
    expect(replyOf(format, {})).toEqual({ status: 200, statusText: '', headers: [], body: '' })
  })

  it('may have null for headers and body', () => {
    const nothing = {
      statusCode: 200,
      headers: null,
      multiValueHeaders: null,
      body: null,
      isBase64Encoded: null,
    }
    expect(replyOf(format, nothing)).toEqual({ status: 200, statusText: '', headers: [], body: '' })
  })

  it('has no fields but those that API Gateway knows', () => {
    expect(problemOf(format, { statusCode: 200, wrongValue: 1 })).toBe(
      'wrongValue is none of the fields that a reply can have: statusCode, headers, multiValueHeaders, body, isBase64Encoded',
    )
    expect(problemOf(format, { statusCode: 200, statusDescription: '200 OK' })).toMatch(
      /^statusDescription is none/,
    )
    expect(problemOf(format, { statusCode: 200, cookies: [] })).toMatch(/^cookies is none/)
    expect(problemOf(format, { errorMessage: 'x', errorType: 'Error' })).toMatch(/^errorMessage is none/)
    expect(problemOf(format, { 'a\nb': 1 })).toMatch(/^"a\\nb" is none/)
  })

  it('has both kinds of headers in one list, the same one once', () => {
    const reply = {
      statusCode: 200,
      headers: { 'x-multi': 'solo', 'set-cookie': 'a=1', 'x-own': '1', 'X-Num': 1 },
      multiValueHeaders: { 'X-Multi': ['one', 'two'], 'Set-Cookie': ['a=1', 'b=2'], 'x-num': ['1'] },
    }
    expect(replyOf(format, reply).headers).toEqual([
      ['X-Multi', 'one'],
      ['X-Multi', 'two'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['x-num', '1'],
      ['x-multi', 'solo'],
      ['x-own', '1'],
    ])
  })
})

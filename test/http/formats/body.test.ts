import { describe, expect, it, test } from 'vitest'
import type { HttpFormat, HttpHeaders } from '../../../src/http/index.js'
import { everyFormat } from './every-format.js'
import { eventOf } from './support.js'

describe.each(Object.entries<HttpFormat>(everyFormat))('for %s a body', (_, format) => {
  const bodyOf = (headers: HttpHeaders, body: string | Uint8Array): unknown[] => {
    const event = eventOf(format, { headers, body: Buffer.from(body) })
    return [event['body'], event['isBase64Encoded']]
  }

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/xml ; charset=utf-8',
    'APPLICATION/JSON',
    'application/javascript',
    'application/xml',
    'text/plain',
    'text/html;charset=utf-8',
    'Text/CSV',
  ])('of %s goes as text', (type) => {
    expect(bodyOf([['Content-Type', type]], 'tëxt')).toEqual(['tëxt', false])
  })

  test.each([
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'application/problem+json',
    'application/soap+xml',
    'application/jsonp',
    'multipart/form-data; boundary=x',
    'image/svg+xml',
    'texts/plain',
    '',
  ])('of %j goes as base64', (type) => {
    expect(bodyOf([['content-type', type]], 'text')).toEqual(['dGV4dA==', true])
  })

  it('without a content type goes as base64', () => {
    expect(bodyOf([], 'text')).toEqual(['dGV4dA==', true])
  })

  test.each(['gzip', 'br', 'identity', ''])('with the content encoding %j goes as base64', (encoding) => {
    const headers = [
      ['content-type', 'text/plain'],
      ['Content-Encoding', encoding],
    ] as const
    expect(bodyOf(headers, 'text')).toEqual(['dGV4dA==', true])
  })

  test.each([
    ['a byte that is no UTF-8', [0x61, 0xff]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character cut short', [0xe6, 0x97]],
  ])('of text with %s goes as base64, so that nothing is lost', (_, bytes) => {
    const body = Uint8Array.from(bytes)
    expect(bodyOf([['content-type', 'text/plain']], body)).toEqual([
      Buffer.from(body).toString('base64'),
      true,
    ])
  })

  it('of text keeps its byte order mark', () => {
    expect(bodyOf([['content-type', 'text/plain']], '\uFEFFa')).toEqual(['\uFEFFa', false])
  })

  it('is read where it stands in its memory', () => {
    const body = Buffer.from('_bytes_').subarray(1, 6)
    const event = eventOf(format, { body })
    expect(Buffer.from(String(event['body']), 'base64').toString()).toBe('bytes')
  })

  it('that is empty is none', () => {
    const headers = [['content-type', 'application/octet-stream']] as const
    expect(eventOf(format, { headers, body: new Uint8Array() })).toEqual(eventOf(format, { headers }))
  })
})

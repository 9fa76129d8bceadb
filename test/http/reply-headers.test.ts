import { describe, expect, it, test } from 'vitest'
import { withoutHopByHop } from '../../src/http/hop-by-hop.js'
import { sendsBody, sendableHeaders } from '../../src/http/reply-headers.js'
import { replyWith } from './support.js'

const body = Buffer.from('four')

describe('headers of one connection', () => {
  it('end with it, the ones that Connection names included', () => {
    const headers = [
      ['Connection', 'close, X-Own'],
      ['Transfer-Encoding', 'chunked'],
      ['x-own', '1'],
      ['TE', 'trailers'],
      ['X-Kept', '2'],
    ] as const
    expect(withoutHopByHop(headers)).toEqual([['X-Kept', '2']])
  })
})

describe('the length of a reply', () => {
  it('is the one that its body has, whatever the function said', () => {
    const reply = replyWith({ body, headers: [['Content-Length', '999']] })
    expect(sendableHeaders(reply, 'GET')).toEqual([['content-length', '4']])
  })

  test.each([
    ['to HEAD', 200, 'HEAD'],
    ['of a 304', 304, 'GET'],
  ])('%s is what the function said, since there is nothing to measure', (_, status, method) => {
    const reply = replyWith({ status, headers: [['content-length', '999']] })
    expect(sendableHeaders(reply, method)).toEqual([['content-length', '999']])
  })

  test.each([
    ['two', ['5', '7']],
    ['none', ['abc']],
  ])('to HEAD is left out where what the function said is %s', (_, lengths) => {
    const headers = lengths.map((length) => ['content-length', length] as const)
    expect(sendableHeaders(replyWith({ headers }), 'HEAD')).toEqual([])
  })

  it('of a 205 is none, whatever the function returned', () => {
    expect(sendableHeaders(replyWith({ status: 205, body }), 'GET')).toEqual([['content-length', '0']])
    expect(sendsBody({ status: 205 }, 'GET')).toBe(false)
  })

  it('is left out of a 204', () => {
    const reply = replyWith({ status: 204, headers: [['content-length', '0']] })
    expect(sendableHeaders(reply, 'GET')).toEqual([])
  })
})

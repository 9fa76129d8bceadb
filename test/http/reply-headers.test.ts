import { describe, expect, it, test } from 'vitest'
import { sendableHeaders, withoutHopByHop } from '../../src/http/reply-headers.js'
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

  it('is left out of a 204', () => {
    const reply = replyWith({ status: 204, headers: [['content-length', '0']] })
    expect(sendableHeaders(reply, 'GET')).toEqual([])
  })
})

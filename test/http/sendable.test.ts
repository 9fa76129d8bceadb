import { decodeReply } from '../../src/http/sendable.js'
import { serveLambda } from '../../src/http/server/serve-lambda.js'
import { describe, expect, it } from 'vitest'
import type { HttpReply } from 'resilient-lambda/http'
import { scripted } from '../invoker/support.js'
import { plain, replyWith } from './support.js'

describe('what a format of your own makes of a reply', () => {
  it.each<[string, Partial<HttpReply>, string]>([
    ['a status below 200', { status: 101 }, 'the status must be a whole number from 200 to 599, but was 101'],
    ['a status over 599', { status: 600 }, 'the status must be a whole number from 200 to 599, but was 600'],
    ['half a status', { status: 200.5 }, 'the status must be a whole number from 200 to 599, but was 200.5'],
    [
      'a reason phrase of two lines',
      { statusText: 'a\r\nb' },
      'the reason phrase has a character that no status line can carry',
    ],
    [
      'a name with a space',
      { headers: [['a b', '1']] },
      "the header 'a b' has a name that no header can have",
    ],
    [
      'a value of two lines',
      {
        headers: [
          ['a', '1'],
          ['b', '1\r\nSet-Cookie: c=1'],
        ],
      },
      "the header 'b' has a character that no header can carry",
    ],
  ])('is invalid with %s', (_, parts, problem) => {
    const reply = decodeReply({ ...plain, decode: () => replyWith(parts) }, {})
    expect(reply).toEqual({ at: expect.any(String), problem: expect.any(String) })
    expect('problem' in reply && `${reply.at} ${reply.problem}`).toBe(problem)
  })

  it('is passed on where HTTP can carry it', () => {
    const reply = replyWith({ status: 599, statusText: 'Très bien', headers: [['x-a', '\t~\xff']] })
    expect(decodeReply({ ...plain, decode: () => reply }, {})).toEqual(reply)
  })

  it('loses the headers of one connection', () => {
    const reply = replyWith({
      headers: [
        ['Transfer-Encoding', 'chunked'],
        ['kept', '1'],
      ],
    })
    expect(decodeReply({ ...plain, decode: () => reply }, {})).toMatchObject({ headers: [['kept', '1']] })
  })

  it('is answered, by the function as by its fallback', async () => {
    const { lambda, script } = scripted()
    const bad = { status: 200, headers: { a: '1\r\n2' } }
    script('web').replies(bad)
    const request = new Request('http://shop.example/')
    expect((await serveLambda(lambda('web'), plain)(request)).status).toBe(502)
    script('web').fails('ServiceException')
    const withFallback = lambda('web').retry(false).fallback(bad)
    expect((await serveLambda(withFallback, plain)(request)).status).toBe(502)
  })
})

import { describe, expect, it, test } from 'vitest'
import { forwarded } from '../../src/http/forwarded.js'
import type { HttpHeaders } from 'resilient-lambda/http'
import { requestWith } from './support.js'

function added(headers: HttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(forwarded(requestWith({ headers })).headers)
}

describe('what a front door adds', () => {
  it('is who sent the request, how it came in, and a trace', () => {
    expect(added([['host', 'api.example.com']])).toEqual({
      host: 'api.example.com',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-6a5145a8-[0-9a-f]{24}$/),
    })
  })

  it('appends the sender to those before it, on one line', () => {
    const headers = [
      ['X-Forwarded-For', '203.0.113.1, 198.51.100.2'],
      ['x-forwarded-for', '10.0.0.1'],
    ] as const
    expect(added(headers)['x-forwarded-for']).toBe('203.0.113.1, 198.51.100.2, 10.0.0.1, 192.0.2.7')
  })

  it('takes an empty list of senders for none', () => {
    expect(added([['x-forwarded-for', '']])['x-forwarded-for']).toBe('192.0.2.7')
  })

  it('replaces what a client claims of protocol and port', () => {
    const headers = [
      ['X-Forwarded-Proto', 'http'],
      ['x-forwarded-port', '1'],
    ] as const
    expect(forwarded(requestWith({ headers })).headers.filter(([name]) => /proto|port/i.test(name))).toEqual([
      ['x-forwarded-proto', 'https'],
      ['x-forwarded-port', '443'],
    ])
  })

  test.each([
    ['begins where there is none', undefined, /^Root=1-6a5145a8-[0-9a-f]{24}$/],
    ['goes on under its root', 'Root=1-abc-def', /^Self=1-6a5145a8-[0-9a-f]{24};Root=1-abc-def$/],
    ['gets a root where it has none', 'CalledFrom=app', /^Root=1-6a5145a8-[0-9a-f]{24};CalledFrom=app$/],
    ['has its Self replaced', 'Self=1-x-y;Root=1-a-b', /^Self=1-6a5145a8-[0-9a-f]{24};Root=1-a-b$/],
  ])('a trace %s', (_, given, expected) => {
    const headers: HttpHeaders = given === undefined ? [] : [['X-Amzn-Trace-Id', given]]
    expect(added(headers)['x-amzn-trace-id']).toMatch(expected)
  })

  it('leaves everything else as it was', () => {
    const request = requestWith({ headers: [['X-Case', 'Kept']] })
    const { headers, ...rest } = forwarded(request)
    expect(headers[0]).toEqual(['X-Case', 'Kept'])
    expect({ ...rest, headers: request.headers }).toEqual(request)
  })
})

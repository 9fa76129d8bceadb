import { describe, expect, it } from 'vitest'
import { asColumns, asJson, COLUMNS } from '../../src/cli/access-log.js'
import { printable, quoted } from '../../src/cli/printable.js'
import type { HttpAnswered } from '../../src/http/server/events.js'

const TIME = new Date('2026-01-02T03:04:05.678Z')

function answered(fields: Partial<HttpAnswered> = {}): HttpAnswered {
  return {
    type: 'http.answered',
    method: 'GET',
    path: '/orders/7',
    query: 'a=1&b=%20',
    status: 200,
    source: 'function',
    target: 'orders:live',
    durationMs: 12.5,
    requestBytes: 3,
    replyBytes: 45,
    client: '192.0.2.7',
    requestId: '8a9c2c26-0b5e-4bfa-9d2e-2a4a9d0c2f11',
    attempts: 2,
    ...fields,
  }
}

/** The columns of a line, by the rule that one is either quoted or has no space. */
function columnsOf(line: string): string[] {
  return Array.from(line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g), ([column]) => column)
}

describe('a line of the log', () => {
  it('has one column for each thing that is known', () => {
    expect(asColumns(answered(), TIME)).toBe(
      '2026-01-02T03:04:05.678Z 192.0.2.7 "GET /orders/7?a=1&b=%20 HTTP/1.1" 200 function - orders:live 2 13 3 45 8a9c2c26-0b5e-4bfa-9d2e-2a4a9d0c2f11',
    )
  })

  it('has a dash for what is not known', () => {
    const { target: _target, requestId: _requestId, ...rest } = answered({ query: '', attempts: 0 })
    const refused = { ...rest, status: 404, source: 'gateway', reason: 'NoRoute' } as const
    expect(asColumns(refused, TIME)).toBe(
      '2026-01-02T03:04:05.678Z 192.0.2.7 "GET /orders/7 HTTP/1.1" 404 gateway NoRoute - 0 13 3 45 -',
    )
  })

  it('names the version that the client speaks', () => {
    expect(asColumns(answered({ httpVersion: '1.0' }), TIME)).toContain('"GET /orders/7?a=1&b=%20 HTTP/1.0"')
  })

  it('has dashes for what was no request', () => {
    const garbage = { method: '', path: '', query: '', status: 400, reason: 'BadRequest' }
    expect(asColumns(answered(garbage), TIME)).toContain(' "- - -" 400 ')
  })

  it('has as many columns as are announced', () => {
    const announced = columnsOf(COLUMNS).slice(1)
    expect(columnsOf(asColumns(answered(), TIME))).toHaveLength(announced.length)
  })

  it.each<[string, Partial<HttpAnswered>]>([
    ['a line break', { path: '/\r\n2026-01-02T00:00:00Z 192.0.2.1 "GET /forged HTTP/1.1" 200' }],
    ['a quote', { query: 'a=" 200 function' }],
    ['a backslash before the end', { query: '\\' }],
    ['a terminal’s escape sequence', { path: '/\u001b[2J\u009b1A' }],
    ['a change of the writing direction', { path: '/\u202egpj.exe' }],
    ['other line ends', { path: '/a\u2028b\u2029c\u0085d' }],
    ['spaces in an id', { requestId: 'a b\n"c' }],
    ['a quote in an address', { client: 'fe80::1%"eth 0"' }],
  ])('is not broken up by %s', (_, fields) => {
    const line = asColumns(answered(fields), TIME)
    expect(columnsOf(line)).toHaveLength(columnsOf(COLUMNS).length - 1)
    expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    expect(columnsOf(line)[3]).toBe('200')
  })
})

describe('an object of the log', () => {
  it('has what the event has, with the time first', () => {
    const { type: _type, ...fields } = answered()
    const json = asJson(answered(), TIME)
    expect(json.startsWith('{"time":"2026-01-02T03:04:05.678Z",')).toBe(true)
    expect(JSON.parse(json)).toEqual({ time: TIME.toISOString(), ...fields })
  })

  it('says what went wrong, in words', () => {
    const { error } = JSON.parse(asJson(answered({ error: new Error('out of ink') }), TIME)) as {
      error: string
    }
    expect(error).toBe('out of ink')
  })

  it('is one line of ASCII that means the same', () => {
    const path = '/\n\u001b[2J\u009b\u202eé😀"\\'
    const json = asJson(answered({ path }), TIME)
    expect(json).toMatch(/^[ -~]+$/)
    expect(JSON.parse(json)).toMatchObject({ path })
  })
})

describe('what is printed', () => {
  it('shows what can be seen as it is, and writes out the rest', () => {
    expect(printable('Grüße, 世界 😀 "a\\b"')).toBe('Grüße, 世界 😀 "a\\b"')
    expect(printable('a\nb\u0000\u001b\u009b\u202e\u{e0001}')).toBe(
      'a\\x0ab\\x00\\x1b\\x9b\\u{202e}\\u{e0001}',
    )
  })

  it('cannot end its quotes', () => {
    expect(quoted('a"b\\')).toBe('"a\\"b\\\\"')
  })
})

import * as fc from 'fast-check'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { HttpFormat } from '../../../src/http/index.js'
import { responseOf } from '../../../src/http/web-response.js'
import { requestWith } from '../support.js'
import { everyFormat } from './every-format.js'

const orAnything = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary },
    { weight: 1, arbitrary: fc.anything({ withBigInt: true, withMap: true }) },
  )

const names = fc.constantFrom('content-type', 'Set-Cookie', 'x-a', 'connection', '__proto__', 'b c', 'é', '')
const values = orAnything(
  fc.oneof(fc.string(), fc.constantFrom('a', ' a\t', 'é', 'x-a', 'a\nb', '☃'), fc.double(), fc.boolean()),
)
const maps = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(names, value), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs))
const lookalike = fc.record(
  {
    statusCode: orAnything(fc.oneof(fc.integer({ min: 190, max: 610 }), fc.constantFrom('200', '404', '1'))),
    statusDescription: orAnything(fc.oneof(fc.constantFrom('200 OK', 'é', '☃', 'a\nb'), fc.string())),
    headers: orAnything(maps(values)),
    multiValueHeaders: orAnything(maps(orAnything(fc.array(values, { maxLength: 3 })))),
    cookies: orAnything(fc.array(values, { maxLength: 3 })),
    body: orAnything(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String())),
    isBase64Encoded: orAnything(fc.boolean()),
  },
  { requiredKeys: [] },
)
const probable = fc.record(
  {
    statusCode: fc.integer({ min: 200, max: 599 }),
    headers: maps(fc.string()),
    multiValueHeaders: maps(fc.array(fc.string(), { maxLength: 3 })),
    body: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['statusCode'] },
)

describe.each(Object.entries<HttpFormat>(everyFormat))('for %s', (_, format) => {
  test('whatever is returned is a reply that can be sent, or a reason why not', () => {
    fc.assert(
      fc.property(fc.oneof(lookalike, probable, fc.anything({ withBigInt: true })), (given) => {
        const reply = format.decode(given)
        if ('problem' in reply) {
          expect(reply.at).not.toBe('')
          expect(reply.problem).toMatch(/^(?:must|has|is) /)
          return
        }
        expect(responseOf(reply, 'GET').status).toBe(reply.status)
        for (const [name, value] of reply.headers) {
          validateHeaderName(name)
          validateHeaderValue(name, value)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('whatever is asked becomes an event', () => {
    const anyText = fc.string({ unit: 'binary' })
    const escapes = fc.string({
      unit: fc.constantFrom('%c0', '%af', '%e6', '%97', '%a5', '%41', '%', '=', '&'),
    })
    const head = fc.record({
      path: fc.oneof(fc.webPath(), escapes, anyText),
      query: fc.oneof(fc.webQueryParameters(), escapes, anyText),
      headers: fc.array(fc.tuple(fc.oneof(names, anyText), anyText)),
      body: fc.uint8Array(),
    })
    fc.assert(
      fc.property(head, (parts) => {
        expect(JSON.stringify(format.encode(requestWith(parts)))).toContain('"isBase64Encoded":')
      }),
      { numRuns: 300 },
    )
  })
})

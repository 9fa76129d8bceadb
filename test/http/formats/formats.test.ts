import { describe, expect, it, test } from 'vitest'
import type { HttpFormat } from '../../../src/http/index.js'
import { everyFormat } from './every-format.js'
import { eventOf } from './support.js'

describe.each(Object.entries<HttpFormat>(everyFormat))('for %s', (name, format) => {
  it('the format cannot be changed', () => {
    expect(Object.isFrozen(format)).toBe(true)
  })

  it('a header may be called __proto__, and does no harm', () => {
    const event = eventOf(format, {
      headers: [
        ['__proto__', 'x'],
        ['a', '1'],
      ],
      query: '__proto__=y&a=1',
    })
    const maps = Object.values(event).filter((field) => Object.hasOwn(Object(field) as object, '__proto__'))
    expect(maps.map((map) => JSON.stringify(map)).join()).toMatch(/"__proto__":\[?"[xy]"/)
    expect(maps).toHaveLength(name === 'a REST API' ? 4 : 2)
  })
})

test.each([
  ['an ALB', 'alb', 1_048_576, 1_048_576, 'an Application Load Balancer answers 502 Bad Gateway'],
  [
    'a REST API',
    'apiGatewayV1',
    10_485_760,
    6_291_556,
    'API Gateway answers 502 with {"message": "Internal server error"}',
  ],
  [
    'an HTTP API',
    'apiGatewayV2',
    10_485_760,
    6_291_556,
    'API Gateway answers 500 with {"message": "Internal Server Error"}',
  ],
  [
    'a function URL',
    'functionUrl',
    6_291_456,
    6_291_556,
    'a function URL answers 502 with "Internal Server Error"',
  ],
] as const)(
  '%s is called %s, and takes requests of %i and replies of %i bytes',
  (key, name, maxRequestBytes, maxReplyBytes, onInvalidReply) => {
    expect(everyFormat[key]).toMatchObject({ name, maxRequestBytes, maxReplyBytes, onInvalidReply })
  },
)

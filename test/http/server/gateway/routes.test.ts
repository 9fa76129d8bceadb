import { describe, expect, it, test } from 'vitest'
import { InvalidSettingError, shape } from '../../../../src/core/settings.js'
import { isLike } from '../../../../src/http/wildcards.js'
import {
  conditionParsers,
  patternsOf,
  refuseUnreachable,
  routeFor,
} from '../../../../src/http/server/gateway/routes.js'
import type { RouteConditions } from '../../../../src/http/server/gateway/routes.js'

const parse = shape(conditionParsers)
const patterns = (given: RouteConditions): ReturnType<typeof patternsOf> => patternsOf(parse(given, 'route'))

/** Whether a route with these conditions takes the request. */
function takes(conditions: RouteConditions, { host = 'api.example.com', path = '/' }): boolean {
  return routeFor([patterns(conditions)], { headers: [['Host', host]], path }) !== undefined
}

describe('a pattern', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['a', '', false],
    ['*', '', true],
    ['**', 'anything', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*c', 'abc', true],
    ['*c', 'abcd', false],
    ['a*c', 'ac', true],
    ['a*c', 'abcabc', true],
    ['a*b*c', 'a1b2b3c', true],
    ['a*b*c', 'a1c2b', false],
    ['*ab', 'aab', true],
    ['*a?c', 'abcaxc', true],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a?c', 'a/c', true],
    ['?*', '', false],
    ['*?', 'a', true],
    ['a.c', 'abc', false],
    ['a+', 'aa', false],
    ['(a|b)', 'a', false],
    ['[ab]', 'a', false],
    ['a*', 'a*', true],
    ['\\*', '\\x', true],
  ])('%j on %j: %s', (pattern, text, expected) => {
    expect(isLike(pattern, text)).toBe(expected)
  })

  it('takes its time times the length of the text, and not more, however many stars it has', () => {
    const steps = { count: 0 }
    const text = new Proxy(new String('a'.repeat(2_000)), {
      get(target, key) {
        steps.count++
        return Reflect.get(target, key, target)
      },
    })
    const pattern = `${'*a'.repeat(30)}*b`
    expect(isLike(pattern, text as unknown as string)).toBe(false)
    expect(steps.count).toBeGreaterThan(2_000)
    expect(steps.count).toBeLessThan(4 * 2_000 * pattern.length)
  })
})

describe('the host of a route', () => {
  test.each([
    ['api.example.com', 'api.example.com', true],
    ['api.example.com', 'API.Example.COM', true],
    ['API.example.com', 'api.example.com', true],
    ['api.example.com', 'api.example.com:8080', true],
    ['api.example.com', 'api.example.com.', true],
    ['api.example.com', 'api.example.com.:443', true],
    ['api.example.com.', 'api.example.com', true],
    ['api.example.com', 'apixexample.com', false],
    ['api.example.com', 'api.example.com.evil.org', false],
    ['api.example.com', 'my-api.example.com', false],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*', '', true],
    ['?.example.com', 'a.example.com', true],
    ['?.example.com', 'ab.example.com', false],
    ['[::1]', '[::1]', true],
    ['[::1]', '[::1]:8080', true],
    ['[2001:DB8::*]', '[2001:db8::7]', true],
  ])('%s takes %j: %s', (host, given, expected) => {
    expect(takes({ host }, { host: given })).toBe(expected)
  })

  it('is one of several', () => {
    const conditions = { host: ['a.example', 'b.example'] }
    expect(['a.example', 'b.example', 'c.example'].map((host) => takes(conditions, { host }))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('takes no request that names no host, unless it takes any', () => {
    const request = { headers: [['x-host', 'a.example']] as const, path: '/' }
    expect(routeFor([patterns({ host: '?*' })], request)).toBeUndefined()
    expect(routeFor([patterns({ host: '*' })], request)).toBeDefined()
    expect(routeFor([patterns({})], request)).toBeDefined()
  })

  test.each([
    ['', 'host'],
    ['https://api.example.com', 'host'],
    ['api.example.com:8080', 'host'],
    ['api.example.com/orders', 'host'],
    ['api example.com', 'host'],
    ['bücher.example', 'host'],
    ['.', 'host'],
    [['api.example.com', ''], 'host[1]'],
    [7, 'host'],
  ])('cannot be %j, which no request could match', (host, where) => {
    const given = { host } as RouteConditions
    expect(() => patterns(given)).toThrow(InvalidSettingError)
    expect(() => patterns(given)).toThrow(`route.${where} must be a host without protocol and port`)
  })
})

describe('the path of a route', () => {
  test.each([
    ['/orders', '/orders', true],
    ['/orders', '/Orders', false],
    ['/orders', '/orders/', false],
    ['/orders', '/orders/1', false],
    ['/orders/*', '/orders/', true],
    ['/orders/*', '/orders/1/lines', true],
    ['/orders/*', '/orders', false],
    ['/orders*', '/ordersheet', true],
    ['/v?/orders', '/v2/orders', true],
    ['/v?/orders', '/v10/orders', false],
    ['*.png', '/a/b.png', true],
    ['*.png', '/a/bxpng', false],
    ['/*/edit', '/a/b/edit', true],
    ['/a%20b', '/a%20b', true],
    ['/a%2Fb', '/a%2Fb', true],
    ['/a%2Fb', '/a%2fb', false],
    ['/a/b', '/a%2Fb', false],
    ['/public/*', '/public/../private', true],
    ['/private', '/public/../private', false],
    ['/public/*', '//public/x', false],
  ])('%s takes %j: %s', (path, given, expected) => {
    expect(takes({ path }, { path: given })).toBe(expected)
  })

  it('is one of several', () => {
    const conditions = { path: ['/a', '/b/*'] }
    expect(['/a', '/b/1', '/b'].map((path) => takes(conditions, { path }))).toEqual([true, true, false])
  })

  test.each([
    ['', 'path'],
    ['orders/*', 'path'],
    ['?id=1', 'path'],
    ['/a b', 'path'],
    ['/bücher', 'path'],
    [['/orders', 'items'], 'path[1]'],
    [null, 'path'],
  ])('cannot be %j, which no request could match', (path, where) => {
    const given = { path } as unknown as RouteConditions
    expect(() => patterns(given)).toThrow(InvalidSettingError)
    expect(() => patterns(given)).toThrow(`route.${where} must be a percent-encoded path that begins with /`)
  })
})

describe('routes', () => {
  it('are tried in their order, and both conditions must hold', () => {
    const routes = [
      { name: 'both', ...patterns({ host: 'a.example', path: '/x/*' }) },
      { name: 'path', ...patterns({ path: '/x/*' }) },
      { name: 'host', ...patterns({ host: 'a.example' }) },
    ]
    const nameFor = (host: string, path: string): string | undefined =>
      routeFor(routes, { headers: [['host', host]], path })?.name
    expect(nameFor('a.example', '/x/1')).toBe('both')
    expect(nameFor('b.example', '/x/1')).toBe('path')
    expect(nameFor('a.example', '/y')).toBe('host')
    expect(nameFor('b.example', '/y')).toBeUndefined()
  })

  test.each([{ host: [] }, { path: [] }])('have no empty list as a condition: %j', (given) => {
    const [name] = Object.keys(given)
    expect(() => patterns(given)).toThrow(
      `route.${name} must be a pattern, or a list of at least one, but was empty.`,
    )
  })

  test.each<RouteConditions>([
    {},
    { host: '*' },
    { path: '*' },
    { path: '/*' },
    { host: ['a.example', '**'], path: ['/a', '*'] },
  ])('cannot follow one that takes every request: %j', (all) => {
    const given = [{ path: '/a' }, all, { path: '/b' }]
    const refuse = (routes: RouteConditions[]) => () => refuseUnreachable(routes.map(patterns), 'routes')
    expect(refuse(given)).toThrow(InvalidSettingError)
    expect(refuse(given)).toThrow(
      'routes[2] must be before routes[1], which takes every request, but was after it.',
    )
    expect(refuse(given.slice(0, 2))).not.toThrow()
  })

  test.each<RouteConditions>([{ host: '*.example' }, { path: '/?*' }, { host: 'a.example', path: '*' }])(
    'may follow one that takes most requests: %j',
    (most) => {
      expect(() => refuseUnreachable([most, {}].map(patterns), 'routes')).not.toThrow()
    },
  )
})

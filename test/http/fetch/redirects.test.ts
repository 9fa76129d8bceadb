import type { InvokeError } from 'resilient-lambda'
import { describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { rejectionOf, reply, scriptedFetch } from './support.js'

const to = (status: number, location: string): ReturnType<typeof reply> =>
  reply(status, 'moved', { Location: location })

describe('a redirect within the origin', () => {
  test.each([301, 302, 303, 307, 308])('%i is followed by another call of the function', async (status) => {
    const { fetch, items, seen } = scriptedFetch()
    items.replies(to(status, '/there?c=2')).replies(reply(200, 'found'))
    const response = await fetch('/a/b?c=1', { headers: { 'X-Id': '7', Authorization: 'Bearer x' } })
    expect(response).toMatchObject({ status: 200, redirected: true, url: 'https://items.internal/there?c=2' })
    expect(response.clone()).toMatchObject({ redirected: true, url: 'https://items.internal/there?c=2' })
    expect(await response.text()).toBe('found')
    expect(seen().map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /a/b?c=1',
      'GET /there?c=2',
    ])
    expect(seen()[1]?.headers).toMatchObject({
      'x-id': '7',
      authorization: 'Bearer x',
      'x-forwarded-for': '127.0.0.1',
    })
  })

  it('is a request of its own, with a trace and a time of its own', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0x6000_0000 * 1_000 })
    onTestFinished(() => void vi.useRealTimers())
    const { fetch, items, seen } = scriptedFetch()
    const fiveSecondsLater = (): unknown => {
      vi.setSystemTime(0x6000_0005 * 1_000)
      return to(302, '/there')
    }
    items.replies(fiveSecondsLater).replies(reply(200))
    await fetch('/a')
    const [first = '', second = ''] = seen().map(({ headers }) => headers['x-amzn-trace-id'])
    expect(first).toMatch(/^Root=1-60000000-/)
    expect(second).toMatch(/^Root=1-60000005-/)
    expect(second.slice(-24)).not.toBe(first.slice(-24))
  })

  test.each([
    ['absolute', 'https://items.internal/there', '/there'],
    ['relative to the path', 'there', '/a/there'],
    ['a query alone', '?d=2', '/a/b?d=2'],
    ['of the same scheme', '//items.internal:443/there', '/there'],
    ['with a fragment', '/there#end', '/there'],
  ])('may be %s', async (_, location, target) => {
    const { fetch, items, seen } = scriptedFetch()
    items.replies(to(302, location)).replies(reply(200))
    const { url } = await fetch('/a/b?c=1#top')
    expect(seen()[1]?.target).toBe(target)
    expect(url).toBe(`https://items.internal${target}`)
  })

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [302, 'PATCH', 'PATCH'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [308, 'DELETE', 'DELETE'],
  ])('%i makes of a %s a %s, with or without its body', async (status, method, after) => {
    const { fetch, items, seen } = scriptedFetch()
    items.replies(to(status, '/there')).replies(reply(200))
    const about = {
      'Content-Language': 'de',
      'Content-Location': '/c',
      'Content-Encoding': 'x',
      'Content-Type': 'a/b',
    }
    const body = ReadableStream.from([Buffer.from('ab'), Buffer.from('c')])
    const init = { method, body, duplex: 'half', headers: { ...about, 'X-Id': '7' } } as const
    await fetch('/a', init)
    const second = seen()[1]
    const repeated = after === method
    expect(second?.method).toBe(after)
    expect(String(second?.body)).toBe(repeated ? 'abc' : '')
    expect(second?.headers['x-id']).toBe('7')
    const kept = Object.keys(second?.headers ?? {}).filter((name) => name.startsWith('content-'))
    const all = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type']
    expect(kept.toSorted()).toEqual(repeated ? all : [])
  })

  test.each([301, 302, 303, 307])('%i leaves HEAD as it is', async (status) => {
    const { fetch, items, seen } = scriptedFetch()
    items.replies(to(status, '/there')).replies(reply(200))
    await fetch('/a', { method: 'HEAD' })
    expect(seen().map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
  })

  it('whose later hop fails does not hide that the function ran', async () => {
    const { fetch, items, clock } = scriptedFetch({}, (fn) => fn.retry(false))
    items.after('2s').replies(to(303, '/b')).after('500ms').replies(to(302, '/c'))
    items.after('1s').fails('ConnectionRefused')
    const call = fetch('/a', { method: 'POST', body: 'abc' })
    const error = await clock.runUntil(rejectionOf(call))
    expect(error).toMatchObject({
      code: 'ConnectionRefused',
      verdict: { ran: 'no' },
      mayHaveRun: true,
      elapsedMs: 3_500,
      message: expect.stringContaining('after 3 attempts in 3.5 s; it ran'),
    })
    expect((error as InvokeError).attempts.map(({ ran, code = 'answered' }) => `${ran}: ${code}`)).toEqual([
      'yes: answered',
      'yes: answered',
      'no: ConnectionRefused',
    ])
  })

  it('whose first call fails did not run', async () => {
    const { fetch, items } = scriptedFetch({}, (fn) => fn.retry(false))
    items.fails('ConnectionRefused')
    const error = await rejectionOf(fetch('/a', { method: 'POST', body: 'abc' }))
    expect(error).toMatchObject({ code: 'ConnectionRefused', mayHaveRun: false })
    expect((error as InvokeError).attempts).toHaveLength(1)
  })

  it('is followed up to twenty times', async () => {
    const { fetch, items } = scriptedFetch()
    for (let hop = 1; hop <= 20; hop++) items.replies(to(302, `/${hop}`))
    items.replies(reply(200))
    expect(await fetch('/0')).toMatchObject({ status: 200, url: 'https://items.internal/20' })
    expect(items.requests).toHaveLength(21)
  })

  it('is not followed for ever', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, '/again'))
    const error = await rejectionOf(fetch('/a'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: 'The function redirected more than 20 times.' })
    expect(items.requests).toHaveLength(21)
  })
})

describe('a redirect that is not followed', () => {
  test.each([
    ['to another host', 'https://elsewhere.test/a'],
    ['to another port', 'https://items.internal:8443/a'],
    ['to another scheme', 'http://items.internal/a'],
    ['to no web page at all', 'app://callback?code=1'],
    ['to another host, with credentials', 'https://me:secret@elsewhere.test/a'],
  ])('is returned as it is: %s', async (_, location) => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, location))
    const response = await fetch('/a')
    expect(response).toMatchObject({ status: 302, redirected: false, url: 'https://items.internal/a' })
    expect(response.headers.get('location')).toBe(location)
    expect(await response.text()).toBe('moved')
    expect(items.requests).toHaveLength(1)
  })

  it('is returned after those that were followed', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, '/b')).replies(to(302, 'https://elsewhere.test/'))
    expect(await fetch('/a')).toMatchObject({
      status: 302,
      redirected: true,
      url: 'https://items.internal/b',
    })
  })

  it('is returned where it leads nowhere', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(302, 'moved'))
    expect(await fetch('/a')).toMatchObject({ status: 302, redirected: false })
  })

  test.each([300, 304, 305, 306])('is none: %i', async (status) => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(status, '', { Location: '/there' }))
    expect(await fetch('/a')).toMatchObject({ status })
  })

  it('is returned where the caller follows by hand', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, '/there'))
    const response = await fetch('/a', { redirect: 'manual' })
    expect(response).toMatchObject({ status: 302, redirected: false })
    expect(response.headers.get('location')).toBe('/there')
    expect(items.requests).toHaveLength(1)
  })

  it('is an error where the caller allows none', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(307))
    const error = await rejectionOf(fetch(new Request('https://items.internal/a', { redirect: 'error' })))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      message: "The function answered 307, a redirect, which redirect: 'error' forbids.",
    })
  })

  it('is an error where its Location is no URL', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, 'https://a b/'))
    const error = await rejectionOf(fetch('/a'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      message: 'The function answered 302, and its Location is no URL.',
    })
  })

  test.each([
    'https://me:secret@items.internal/there',
    '//me@items.internal/there',
    'https://:secret@items.internal/',
  ])('is an error where its Location has credentials: %s', async (location) => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, location))
    const error = await rejectionOf(fetch('/a'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      message: 'The function answered 302, and its Location has credentials, which fetch does not follow.',
    })
    expect(items.requests).toHaveLength(1)
  })

  it('is returned with its credentials where the caller follows by hand', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(to(302, 'https://me:secret@items.internal/there'))
    expect(await fetch('/a', { redirect: 'manual' })).toMatchObject({
      status: 302,
      url: 'https://items.internal/a',
    })
  })
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Fn } from 'resilient-lambda'
import { lambdaFetch } from 'resilient-lambda/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scripted } from '../../invoker/support.js'
import { BASE_URL, format, localFetch, reply, scriptedFetch } from './support.js'

const failing = (shape: (fn: Fn<unknown, unknown>) => Fn<unknown, unknown>): typeof fetch => {
  const { fetch, items } = scriptedFetch({}, (fn) => shape(fn.retry(false)))
  items.throws('TypeError')
  return fetch
}

describe('a fallback', () => {
  it('is a Response, which answers as often as it is needed', async () => {
    const value = new Response('later', {
      status: 202,
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    })
    const fetch = failing((fn) => fn.fallback(value))
    for (const path of ['/a', '/b']) {
      const response = await fetch(path)
      expect(response).toMatchObject({ status: 202, url: BASE_URL + path })
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(await response.text()).toBe('later')
    }
  })

  it('is another function only where a repeat is safe', async () => {
    const { lambda, script } = scripted()
    script('items').replies(reply(503, 'busy'))
    script('backup').replies(reply(200))
    const fn = lambda('items').retry(false).fallback(lambda('backup'))
    const fetch = lambdaFetch(fn, format, { baseUrl: BASE_URL })
    expect(await fetch('/a', { method: 'POST' })).toMatchObject({ status: 503 })
    expect(script('backup').requests).toEqual([])
    expect(await fetch('/a', { method: 'PUT' })).toMatchObject({ status: 200 })
  })

  it('that answers nonsense does not hide what the function answered', async () => {
    const { fetch, local } = await localFetch(async () => reply(503, 'busy'), {
      shape: (fn) => fn.retry(false).fallback(() => ({ no: 'reply' })),
    })
    const response = await fetch('/a')
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('busy')
    expect(local.executionsOf('items')).toHaveLength(1)
  })

  it('may be encoded, as a reply may', async () => {
    const value = new Response(gzipSync('later'), { headers: { 'Content-Encoding': 'gzip' } })
    const response = await failing((fn) => fn.fallback(value))('/a')
    expect(await response.text()).toBe('later')
  })

  it('may fetch elsewhere, whose content coding has been undone already', async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync('from elsewhere'))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const elsewhere = `http://127.0.0.1:${port}/`
    const fetch = failing((fn) =>
      fn.fallback(({ signal }) => globalThis.fetch(elsewhere, { signal, headers: { connection: 'close' } })),
    )
    const response = await fetch('/a')
    expect(response.url).toBe(`${BASE_URL}/a`)
    expect(await response.text()).toBe('from elsewhere')
  })
})

import { AxiosError, create as createAxios } from 'axios'
import { hc } from 'hono/client'
import ky, { HTTPError } from 'ky'
import createClient from 'openapi-fetch'
import { describe, expect, it } from 'vitest'
import { itemsHandler, type ItemsApp } from './items-app.js'
import { BASE_URL, localFetch, rejectionOf, seenIn } from './support.js'

interface Item {
  readonly id: string
  readonly size: string
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** One client, as its users call it. */
interface Client {
  readonly name: string
  readonly make: (fetch: typeof globalThis.fetch) => {
    readonly get: (id: string, signal?: AbortSignal) => Promise<Answer>
    readonly post: (name: string) => Promise<Answer>
  }
}

/** What openapi-typescript makes of the app's description. */
interface Paths {
  '/items/{id}': {
    get: {
      parameters: { path: { id: string }; query: { size: string } }
      responses: {
        200: { content: { 'application/json': Item } }
        404: { content: { 'application/json': { problem: string } } }
      }
    }
  }
  '/items': {
    post: {
      requestBody: { content: { 'application/json': { name: string } } }
      responses: { 201: { content: { 'application/json': { id: string; name: string } } } }
    }
  }
}

const SIZE = 'a&b é'

const CLIENTS: readonly Client[] = [
  {
    name: 'ky',
    make(fetch) {
      // What may be repeated, and when, is known better below.
      const client = ky.create({ fetch, prefixUrl: BASE_URL, retry: 0 })
      const answer = async (response: Response): Promise<Answer> => ({
        status: response.status,
        body: await response.json(),
      })
      const orStatus = (error: unknown): Promise<Answer> => {
        if (error instanceof HTTPError) return answer(error.response)
        throw error
      }
      return {
        get: (id, signal) =>
          client
            .get(`items/${id}`, { searchParams: { size: SIZE }, ...(signal && { signal }) })
            .then(answer, orStatus),
        post: (name) => client.post('items', { json: { name } }).then(answer, orStatus),
      }
    },
  },
  {
    name: "hono's client",
    make(fetch) {
      const client = hc<ItemsApp>(BASE_URL, { fetch })
      return {
        async get(id, signal) {
          const init = signal ? { init: { signal } } : {}
          const response = await client.items[':id'].$get({ param: { id }, query: { size: SIZE } }, init)
          return { status: response.status, body: await response.json() }
        },
        async post(name) {
          const response = await client.items.$post({ json: { name } })
          return { status: response.status, body: await response.json() }
        },
      }
    },
  },
  {
    name: 'openapi-fetch',
    make(fetch) {
      const client = createClient<Paths>({ baseUrl: BASE_URL, fetch })
      return {
        async get(id, signal) {
          const params = { path: { id }, query: { size: SIZE } }
          const { data, error, response } = await client.GET('/items/{id}', {
            params,
            ...(signal && { signal }),
          })
          return { status: response.status, body: data ?? error }
        },
        async post(name) {
          const { data, response } = await client.POST('/items', { body: { name } })
          return { status: response.status, body: data }
        },
      }
    },
  },
  {
    name: 'axios',
    make(fetch) {
      const client = createAxios({ adapter: 'fetch', env: { fetch }, baseURL: BASE_URL })
      const answer = ({ status, data }: { status: number; data: unknown }): Answer => ({ status, body: data })
      const orStatus = (error: unknown): Answer => {
        if (error instanceof AxiosError && error.response) return answer(error.response)
        throw error
      }
      return {
        get: (id, signal) =>
          client
            .get(`/items/${id}`, { params: { size: SIZE }, ...(signal && { signal }) })
            .then(answer, orStatus),
        post: (name) => client.post('/items', { name }).then(answer, orStatus),
      }
    },
  },
]

describe.each(CLIENTS)('$name', ({ make }) => {
  it('gets, with a query', async () => {
    const { fetch, local } = await localFetch(itemsHandler)
    expect(await make(fetch).get('7')).toEqual({ status: 200, body: { id: '7', size: SIZE } })
    const [request] = local.executionsOf('items').map(({ event }) => seenIn(event))
    expect(request).toMatchObject({ method: 'GET', headers: { host: 'items.internal' } })
  })

  it('posts JSON', async () => {
    const { fetch, local } = await localFetch(itemsHandler)
    expect(await make(fetch).post('lamp é')).toEqual({ status: 201, body: { id: '8', name: 'lamp é' } })
    const [request] = local.executionsOf('items').map(({ event }) => seenIn(event))
    expect(request?.headers['content-type']).toContain('application/json')
    expect(request?.headers['content-length']).toBe(String(Buffer.byteLength('{"name":"lamp é"}')))
  })

  it('is answered with a 404', async () => {
    const { fetch } = await localFetch(itemsHandler)
    expect(await make(fetch).get('missing')).toEqual({ status: 404, body: { problem: 'no such item' } })
  })

  it('has a request repeated that may be', async () => {
    const { fetch, local } = await localFetch(itemsHandler, { shape: (fn) => fn.retry({ baseDelay: 1 }) })
    local.faults('items').next({ type: 'cutReply' })
    expect(await make(fetch).get('7')).toMatchObject({ status: 200 })
    expect(local.executionsOf('items')).toHaveLength(2)
  })

  it('learns of an InvokeError, and does not try again by itself', async () => {
    const { fetch, local } = await localFetch(itemsHandler)
    const error = await rejectionOf(make(fetch).get('crash'))
    const known = error instanceof AxiosError ? error.cause : error
    expect(known).toMatchObject({
      name: 'InvokeError',
      kind: 'function',
      remote: { errorType: 'RangeError' },
    })
    expect(local.requestsOf('items')).toHaveLength(1)
  })

  it('is aborted', async () => {
    const { fetch, local } = await localFetch(itemsHandler)
    local.faults('items').next({ type: 'stallHead' })
    const controller = new AbortController()
    const call = rejectionOf(make(fetch).get('7', controller.signal))
    await local.until(({ requests }) => requests[0]?.whole === true)
    controller.abort()
    expect(await call).toMatchObject({ name: expect.stringMatching(/^(AbortError|CanceledError)$/) })
    await local.until(({ openSockets }) => openSockets === 0)
  })
})

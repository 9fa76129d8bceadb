import { createHook } from 'node:async_hooks'
import { brotliCompressSync, createGunzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { collectGarbage } from './garbage.js'
import { rejectionOf, reply, scriptedFetch } from './support.js'

const TEXT = 'a text with an é, '.repeat(200)

/** Whatever was to be decoded before is decoded too when this has ended, unless it waits for somebody. */
async function decodeElsewhere(body: Uint8Array): Promise<number> {
  let size = 0
  for await (const chunk of createGunzip().end(body)) size += (chunk as Buffer).byteLength
  return size
}

async function answered(body: Uint8Array, coding: string, init?: RequestInit): Promise<Response> {
  const { fetch, items } = scriptedFetch()
  items.replies(reply(200, body, { 'Content-Encoding': coding }))
  return fetch('/a', init)
}

describe('a body with a content coding', () => {
  test.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['deflate,gzip ,  br', brotliCompressSync(gzipSync(deflateSync(TEXT)))],
  ])('is decoded: %s', async (coding, body) => {
    const response = await answered(body, coding)
    expect(await response.text()).toBe(TEXT)
  })

  it('keeps its headers as they are', async () => {
    const body = gzipSync(TEXT)
    const { headers } = await answered(body, 'gzip')
    expect(headers.get('content-encoding')).toBe('gzip')
    expect(headers.get('content-length')).toBe(String(body.byteLength))
  })

  it('has a clone that is decoded too', async () => {
    const response = await answered(gzipSync(TEXT), 'gzip')
    const clone = response.clone()
    expect(clone.url).toBe('https://items.internal/a')
    expect(await Promise.all([response.text(), clone.text()])).toEqual([TEXT, TEXT])
  })

  test.each(['zstd', 'gzip, zstd', 'zstd, gzip', 'identity'])(
    'is left as it is where a coding is not known: %s',
    async (coding) => {
      const body = gzipSync(TEXT)
      const response = await answered(body, coding)
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(body))
    },
  )

  it('may be empty', async () => {
    expect(await (await answered(new Uint8Array(), 'gzip')).text()).toBe('')
  })

  it('is none in a reply to HEAD, whatever the function returned', async () => {
    const response = await answered(gzipSync(TEXT), 'gzip', { method: 'HEAD' })
    expect(response.body).toBeNull()
  })

  test.each([
    ['is not what it says', 'gzip', Buffer.from(TEXT)],
    ['is cut off', 'gzip', gzipSync(TEXT).subarray(0, -9)],
    ['is cut off', 'br', brotliCompressSync(TEXT).subarray(0, -9)],
    ['is cut off', 'deflate', deflateSync(TEXT).subarray(0, -9)],
    ['is broken inside', 'gzip, br', brotliCompressSync(Buffer.from(TEXT))],
  ])('that %s is an error, though only when it is read: %s', async (_, coding, body) => {
    const response = await answered(body, coding)
    expect(response.status).toBe(200)
    const error = await rejectionOf(response.text())
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      message: `The body cannot be decoded as its content-encoding, '${coding}'.`,
      cause: { code: expect.stringMatching(/^(Z_|ERR_)/) },
    })
  })

  it('with more codings than anybody needs is not decoded', async () => {
    const codings = Array.from({ length: 6 }, () => 'gzip').join(', ')
    const response = await answered(gzipSync(TEXT), codings)
    expect(await rejectionOf(response.text())).toMatchObject({
      message: 'A body may have at most 5 content codings, but has 6.',
    })
  })
})

it('nothing is set up for a body that nobody reads', async () => {
  const body = gzipSync(TEXT)
  const made: string[] = []
  const hook = createHook({ init: (_, type) => void made.push(type) }).enable()
  onTestFinished(() => void hook.disable())
  const decoders = (): number => made.filter((type) => type === 'ZLIB').length
  const response = await answered(body, 'gzip')
  await decodeElsewhere(body)
  expect(decoders()).toBe(1)
  await response.text()
  expect(decoders()).toBe(2)
})

describe('a body that is far larger than what came over the wire', () => {
  const SIZE = 64 * 1024 * 1024
  const bomb = gzipSync(Buffer.alloc(SIZE))

  /** Bytes in buffers that somebody holds. */
  async function held(): Promise<number> {
    await collectGarbage()
    return process.memoryUsage().arrayBuffers
  }

  it('is decoded no faster than it is read, and not at all once it is cancelled', async () => {
    expect(bomb.byteLength).toBeLessThan(SIZE / 512)
    const before = await held()
    const { body } = await answered(bomb, 'gzip')
    const reader = (body as ReadableStream<Uint8Array>).getReader()
    const { value } = await reader.read()
    expect(value?.byteLength).toBeGreaterThan(0)
    expect(await decodeElsewhere(bomb)).toBe(SIZE)
    expect((await held()) - before).toBeLessThan(SIZE / 16)
    await reader.cancel()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })
})

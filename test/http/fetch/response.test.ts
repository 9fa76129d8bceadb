import type { ALBResult } from 'aws-lambda'
import { describe, expect, it, test } from 'vitest'
import { rejectionOf, reply, scriptedFetch } from './support.js'

async function answered(result: ALBResult, init?: RequestInit): Promise<Response> {
  const { fetch, items } = scriptedFetch()
  items.replies(result)
  return fetch('/a', init)
}

describe('a reply', () => {
  it('is a Response', async () => {
    const response = await answered({ ...reply(201, 'made', { 'X-Id': '7' }), statusDescription: '201 Made' })
    expect(response).toBeInstanceOf(Response)
    expect(response).toMatchObject({ status: 201, statusText: 'Made', ok: true, bodyUsed: false })
    expect(response.headers.get('x-id')).toBe('7')
    expect(response.headers.get('content-length')).toBe('4')
    expect(await response.text()).toBe('made')
    expect(response.bodyUsed).toBe(true)
  })

  it('may be JSON', async () => {
    const response = await answered(reply(200, '{"a":[1,"é"]}', { 'content-type': 'application/json' }))
    expect(await response.json()).toEqual({ a: [1, 'é'] })
  })

  it('may be binary', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const response = await answered(reply(200, bytes))
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
  })

  it('may be empty', async () => {
    const response = await answered(reply(200))
    expect(await response.text()).toBe('')
    expect(response.headers.get('content-length')).toBe('0')
  })

  it('may be read as a stream', async () => {
    const { body } = await answered(reply(200, 'streamed'))
    const chunks: Uint8Array[] = []
    for await (const chunk of body ?? []) chunks.push(chunk as Uint8Array)
    expect(Buffer.concat(chunks).toString()).toBe('streamed')
  })

  it('has each of several cookies', async () => {
    const { headers } = await answered(reply(200, '', { 'Set-Cookie': ['a=1; Path=/', 'b=2, 3'] }))
    expect(headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2, 3'])
  })

  test.each([204, 205, 304])('with %i has no body', async (status) => {
    const response = await answered(reply(status))
    expect(response).toMatchObject({ status, body: null })
    expect(await response.text()).toBe('')
  })

  it('to HEAD has no body, and the length that the function gave', async () => {
    const response = await answered(reply(200, '', { 'Content-Length': '1234' }), { method: 'HEAD' })
    expect(response.body).toBeNull()
    expect(response.headers.get('content-length')).toBe('1234')
  })

  test.each([400, 404, 500, 501])('with %i is an answer like any other', async (status) => {
    const response = await answered(reply(status, 'sorry'))
    expect(response).toMatchObject({ status, ok: false })
    expect(await response.text()).toBe('sorry')
  })
})

describe('where a Response comes from', () => {
  it('is the URL that was asked for, without its fragment', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200))
    const response = await fetch('/a/../b?c=1#top')
    expect(response).toMatchObject({ url: 'https://items.internal/b?c=1', redirected: false })
  })

  it('is known to a clone of it, which can be read beside it', async () => {
    const response = await answered(reply(200, 'twice', { 'Set-Cookie': ['a=1', 'b=2'] }))
    const clone = response.clone().clone()
    expect(clone).toMatchObject({ url: 'https://items.internal/a', redirected: false, status: 200 })
    expect(clone.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await Promise.all([response.text(), clone.text()])).toEqual(['twice', 'twice'])
  })
})

describe('what is no reply', () => {
  it('is an error that says where, what, and what the service would have answered', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies({ statusCode: 'ok', body: 'x' })
    const error = await rejectionOf(fetch('/a'))
    expect(error).toMatchObject({ code: 'HttpReplyInvalid', kind: 'response', mayHaveRun: true })
    expect(error).toMatchObject({ message: expect.stringMatching(/statusCode .*'ok'.*502/) })
    expect(items.requests).toHaveLength(1)
  })

  it('is an error where it is too large, with both sizes', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200, 'x'.repeat(1_048_576)))
    const error = await rejectionOf(fetch('/a'))
    expect(error).toMatchObject({ code: 'HttpReplyTooLarge', kind: 'response', mayHaveRun: true })
    expect(error).toMatchObject({
      message: expect.stringMatching(/1,048,6\d\d bytes; alb takes at most 1,048,576/),
    })
  })

  it('is an error of the function where the function failed', async () => {
    const { fetch, items } = scriptedFetch()
    items.throws('TypeError', 'x is not a function')
    const error = await rejectionOf(fetch('/a'))
    expect(error).toMatchObject({ kind: 'function', remote: { errorType: 'TypeError' } })
  })
})

import { describe, expect, it } from 'vitest'
import { failureOf } from '../invoker/support.js'
import { start } from './support.js'

describe('a reply from the wire', () => {
  const functions = {
    quote: {
      handler: (event: unknown) => ({ event, at: new Date(0), gone: undefined }),
      versions: { '1': () => 'one' },
      aliases: { live: '1' },
    },
    broken: () => {
      throw new RangeError('out of stock')
    },
    silent: () => undefined,
  }

  it('is what the handler made of the payload, as JSON says it', async () => {
    const { lambda } = await start({ functions })
    expect(await lambda('quote').invoke({ sku: 'Ä1' })).toEqual({
      event: { sku: 'Ä1' },
      at: '1970-01-01T00:00:00.000Z',
    })
    expect(await lambda('silent').invoke()).toBeNull()
  })

  it('comes with its request id, and the version that an alias led to', async () => {
    const { local, lambda } = await start({ functions })
    const result = await lambda('quote:live').safeInvoke()
    expect(result).toMatchObject({ ok: true, value: 'one', meta: { executedVersion: '1' } })
    expect(result.meta.requestId).toBe(local.requests[0]?.requestId)
    expect(result.meta.attempts).toMatchObject([{ requestId: local.requests[0]?.requestId, ran: 'yes' }])
  })

  it('comes with the log tail only where it was asked for', async () => {
    const { lambda } = await start({ functions })
    expect((await lambda('quote').logs().safeInvoke()).meta.logTail).toMatch(
      /^START RequestId: .*\n[^]*REPORT /,
    )
    expect((await lambda('quote').safeInvoke()).meta).not.toHaveProperty('logTail')
  })

  it("is an error with the function's own words where it threw", async () => {
    const { local, lambda } = await start({ functions })
    const error = await failureOf(lambda('broken').logs().invoke())
    expect(error).toMatchObject({
      kind: 'function',
      mayHaveRun: true,
      requestId: local.requests[0]?.requestId,
      remote: { errorType: 'RangeError', errorMessage: 'out of stock', executedVersion: '$LATEST' },
    })
    expect(error.remote?.logTail).toMatch(/^START RequestId/)
    expect(error.remote?.trace?.length).toBeGreaterThan(0)
  })

  it.each([
    ['nope', 'ResourceNotFoundException'],
    ['quote:nope', 'ResourceNotFoundException'],
  ])('is an error of the service where there is no such function: %s', async (name, code) => {
    const { lambda } = await start({ functions })
    expect(await failureOf(lambda(name).invoke())).toMatchObject({ code, status: 404, mayHaveRun: false })
  })
})

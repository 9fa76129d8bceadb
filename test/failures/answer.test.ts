import { inspect } from 'node:util'
import { answered, failed, type Policy } from 'resilient-lambda/policies'
import { expect, it } from 'vitest'
import { InvokeError } from '../../src/failures/error.js'
import { failure } from '../../src/failures/failure.js'
import { failureOf, scripted } from '../invoker/support.js'

const answer = { status: 503, body: 'a secret' }
const error = new InvokeError(failure('HttpServiceUnavailable', 'busy', { answer }), {
  target: 'items',
  attempts: [],
  elapsedMs: 1,
})

it('an answer that is a failure is there for who asks, and not for logs', () => {
  expect(error.answer).toBe(answer)
  expect(Object.keys(error)).not.toContain('answer')
  expect(JSON.stringify(error) + inspect(error) + error.message).not.toContain('secret')
})

it('a policy of the user may judge an answer, so that it is repeated', async () => {
  const { lambda, script, clock } = scripted()
  script('items').replies({ ready: false }).replies({ ready: true })
  const unready: Policy = (next) => async (call, context) => {
    const outcome = await next(call, context)
    if (!outcome.ok || String(outcome.value).includes('true')) return outcome
    return failed(failure('HttpServiceUnavailable', 'not ready', { answer: outcome.value }))
  }
  const textCodec = { encode: () => undefined, decode: (reply: unknown) => String(reply) }
  const readable: Policy = (next) => async (call, context) => {
    const outcome = await next(call, context)
    return outcome.ok ? answered(Buffer.from(outcome.value as Uint8Array).toString(), outcome.reply) : outcome
  }
  const items = lambda('items')
    .codec(textCodec)
    .use(unready, { after: 'timeout' })
    .use(readable, { after: 'timeout' })
  expect(await clock.runUntil(items.idempotent().invoke())).toBe('{"ready":true}')

  script('items').replies({ ready: false })
  expect((await failureOf(items.invoke())).answer).toBe('{"ready":false}')
})

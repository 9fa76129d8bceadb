import type { LambdaClient } from '@aws-sdk/client-lambda'
import { failure, Scope } from 'resilient-lambda/policies'
import { fakeClock } from 'resilient-lambda/testing'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { Cells } from '../../../src/core/cells/cells.js'
import type { LiveAttempt } from '../../../src/core/attempt-record.js'
import { History } from '../../../src/core/history.js'
import type { Outcome } from '../../../src/core/outcome.js'
import { LeanAttempt } from '../../../src/transport/lean/attempt.js'
import type { LambdaService } from '../../../src/transport/lean/service.js'
import { Signer } from '../../../src/transport/lean/sigv4.js'
import type { Exchange } from '../../../src/transport/wire/wire.js'
import { KEYS } from './support.js'

const REQUEST = {
  functionName: 'quote',
  qualifier: undefined,
  tenantId: undefined,
  region: undefined,
  body: undefined,
  clientContext: undefined,
  logTail: false,
}
const HEAD = { status: 200, headers: { 'x-amzn-requestid': 'r-1' } }
const NOTHING = new Uint8Array(0)

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

/** An attempt over a wire that does what `send` does. */
function attempt(send: (exchange: Exchange) => void = () => {}) {
  const clock = fakeClock()
  const scope = new Scope()
  const live: LiveAttempt = { number: 1, startedMs: 0, ran: 'maybe' }
  const seen: { outcome?: Outcome; cancelled: number } = { cancelled: 0 }
  const service = {
    host: 'localhost',
    basePath: '',
    signing: { region: 'eu-west-1', service: 'lambda' },
    userAgent: 'test',
    clockOffsetMs: 0,
    connection: { requestTimeoutMs: 50 },
    credentials: () => KEYS,
  } as unknown as LambdaService
  const wire = {
    send(exchange: Exchange) {
      send(exchange)
      return { cancel: () => void (seen.cancelled += 1) }
    },
    destroy() {},
  }
  const context = {
    clock,
    scope,
    attempt: live,
    cells: new Cells(),
    deadlineAt: Infinity,
    history: new History(clock, undefined),
    emit: undefined,
  }
  const parts = {
    signer: new Signer(),
    clientOf: () => ({}) as LambdaClient,
    laneOf: () => ({ service, wire }),
  }
  const made = new LeanAttempt(REQUEST, context, parts, (outcome) => (seen.outcome = outcome))
  made.begin()
  return { made, live, seen, scope }
}

it('sends at once where everything is at hand', () => {
  const { made, seen } = attempt((exchange) => {
    exchange.onHead(HEAD)
    exchange.onReply(HEAD, NOTHING)
  })
  expect(made).toBeDefined()
  expect(seen.outcome).toMatchObject({ ok: true, reply: { requestId: 'r-1' } })
  expect(vi.getTimerCount()).toBe(0)
})

it.each([101, 199])('takes no status %i for an answer, nor for one that nothing ran for', (status) => {
  const { seen } = attempt((exchange) => {
    exchange.onSent(true)
    exchange.onHead({ status, headers: {} })
    exchange.onReply({ status, headers: {} }, NOTHING)
  })
  expect(seen.outcome).toMatchObject({ ok: false, failure: { verdict: { ran: 'yes' } } })
})

it('has run once its answer begins, whatever is told of the request afterwards', () => {
  const { made, live } = attempt()
  expect(live.ran).toBe('no')
  made.onSent(false)
  expect(live.ran).toBe('no')
  made.onSent(true)
  expect(live.ran).toBe('maybe')
  made.onHead(HEAD)
  made.onSent(true)
  expect(live).toMatchObject({ ran: 'yes', requestId: 'r-1' })
})

it('may have run where something of ours breaks after the request was handed over', () => {
  const { seen } = attempt((exchange) => {
    exchange.onSent(true)
    throw new TypeError('of ours')
  })
  expect(seen.outcome).toMatchObject({ ok: false, failure: { verdict: { ran: 'maybe' } } })
})

it("ends at the client's own limit for the head, and gives the request up", () => {
  const { made, seen } = attempt()
  made.onSent(true)
  vi.advanceTimersByTime(50)
  expect(seen).toMatchObject({
    outcome: { ok: false, failure: { code: 'RequestTimedOut', verdict: { ran: 'maybe' } } },
    cancelled: 1,
  })
})

it('has all the time for the body', () => {
  const { made, seen } = attempt()
  made.onHead(HEAD)
  vi.advanceTimersByTime(10_000)
  expect(seen.outcome).toBeUndefined()
  made.onReply(HEAD, NOTHING)
  expect(seen.outcome?.ok).toBe(true)
})

it('ends when its scope does, hears nothing more, and leaves no timer', () => {
  const { made, seen, scope } = attempt()
  const why = failure('Aborted')
  scope.cancel(why)
  made.onReply(HEAD, NOTHING)
  expect(seen).toEqual({ outcome: { ok: false, failure: why }, cancelled: 1 })
  expect(vi.getTimerCount()).toBe(0)
})

it('is signed when there is a connection for it, by the clock as it is then', () => {
  vi.setSystemTime(Date.UTC(2026, 0, 1, 12))
  const { made } = attempt()
  vi.setSystemTime(Date.UTC(2026, 0, 1, 13))
  expect(made.request().headers).toMatchObject({ 'x-amz-date': '20260101T130000Z' })
})

it('fails unsent where its request cannot be made', () => {
  const { made, seen, live } = attempt((exchange) => {
    vi.spyOn(Signer.prototype, 'sign').mockImplementation(() => {
      throw new Error('no')
    })
    expect(() => exchange.request()).toThrow('no')
    exchange.onError(new Error('told by the wire'))
  })
  expect(made).toBeDefined()
  expect(live.ran).toBe('no')
  expect(seen.outcome).toMatchObject({
    ok: false,
    failure: { verdict: { ran: 'no' }, cause: { message: 'no' } },
  })
})

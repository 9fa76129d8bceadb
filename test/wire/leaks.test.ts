import { getEventListeners } from 'node:events'
import { createInvoker } from 'resilient-lambda'
import { fakeClock, startLocalLambda } from 'resilient-lambda/testing'
import { expect, it, test } from 'vitest'
import { ANSWER_FAULTS } from './answer-faults.js'
import { SOCKET_FAULTS } from './socket-faults.js'
import { expectNothingLeft, resources } from './leftovers.js'
import { measureOurs } from './measure.js'

const FAULTS = [...SOCKET_FAULTS, ...ANSWER_FAULTS]

test.each(FAULTS)('$name leaves nothing behind', async (fault) => {
  const { signal } = new AbortController()
  const before = resources()
  const { pending } = await measureOurs(fault, {
    shape: (fn) => fn.idempotent(),
    signal,
    atEnd: async (local) => {
      // A server that does not read does not see the end of a connection either.
      if (!fault.large || fault.fault) await local.until(({ openSockets }) => openSockets === 0)
    },
  })
  expect(pending).toBe(0)
  await expectNothingLeft(before, signal)
})

it('closes the socket of an attempt that timed out at once, before the next attempt', async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  local.faults('quote').always({ type: 'stallHead' })
  const clock = fakeClock()
  const lambda = createInvoker({ ...local.clientSettings, clock })
  const abort = new AbortController()
  const call = lambda('quote').idempotent().timeout('1s').safeInvoke({}, { signal: abort.signal })
  await local.until(({ requests }) => requests[0]?.whole === true)
  expect(local.openSockets).toBe(1)

  await clock.advance('1s')
  await local.until(({ openSockets }) => openSockets === 0)
  expect(local.requests).toHaveLength(1)

  abort.abort()
  const result = await call
  expect(result.meta.attempts).toMatchObject([{ code: 'AttemptTimedOut', ran: 'maybe' }])
  lambda.destroy()
})

it('puts a single listener on the signal of hundreds of calls, and takes it back', async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  const lambda = createInvoker({ ...local.clientSettings, bulkhead: { concurrency: 20, queue: 300 } })
  const quote = lambda('quote').bulkhead(false)
  const { signal } = new AbortController()
  const before = resources()
  const calls = Array.from({ length: 300 }, () => quote.invoke({}, { signal }))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['a quote']))
  expect(local.executions).toHaveLength(300)
  lambda.destroy()
  await local.until(({ openSockets }) => openSockets === 0)
  await expectNothingLeft(before, signal)
})

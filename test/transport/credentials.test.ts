import { EventEmitter, once } from 'node:events'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { failure, Scope } from 'resilient-lambda/policies'
import { fakeClock } from 'resilient-lambda/testing'
import { Cells } from '../../src/core/cells/cells.js'
import { History } from '../../src/core/history.js'
import { sdkTransport } from '../../src/transport/sdk.js'
import { leanTransport } from '../../src/transport/lean/lean.js'
import { failureOf } from '../invoker/support.js'
import { turnsUntil } from '../wire/leftovers.js'
import { BY_SDK } from './sending-by.js'
import { start } from './support.js'

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

interface Waiting {
  readonly asked: EventEmitter
  readonly provide: () => Promise<typeof KEYS>
  readonly release: () => void
}

/** Credentials that do not come before they are released. */
function waiting(): Waiting {
  const asked = new EventEmitter()
  const answers: (() => void)[] = []
  const provide = (): Promise<typeof KEYS> =>
    new Promise((resolve) => {
      answers.push(() => resolve(KEYS))
      asked.emit('asked')
    })
  return { asked, provide, release: () => answers.forEach((answer) => answer()) }
}

/** Every promise that the client's `send` has returned. */
function spyOnSends(client: LambdaClient): Promise<unknown>[] {
  const sends: Promise<unknown>[] = []
  const send = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>
  client.send = ((...args: unknown[]) => {
    const sent = send(...args)
    sends.push(sent)
    return sent
  }) as typeof client.send
  return sends
}

describe('credentials that do not come', () => {
  it('do not keep the deadline from answering, and nothing is sent when they come after all', async () => {
    const clock = fakeClock()
    const { asked, provide, release } = waiting()
    const { local, client, lambda } = await start({ client: { credentials: provide }, invoker: { clock } })
    const sends = spyOnSends(client)
    const failed = failureOf(lambda('quote').deadline('5s').invoke({}))
    await once(asked, 'asked')
    await clock.advance('5s')
    expect(await failed).toMatchObject({
      code: 'DeadlineExceeded',
      mayHaveRun: false,
      elapsedMs: 5_000,
      attempts: [{ ran: 'no' }],
    })
    release()
    const [sent] = await Promise.allSettled(sends)
    // The lean transport has the client make a request once, to learn from it, and sends none by it.
    expect(sent?.status).toBe(BY_SDK ? 'rejected' : 'fulfilled')
    await turnsUntil(() => local.openSockets > 0, 10)
    expect(local.openSockets).toBe(0)
  })

  it('do not keep the transport from settling when its scope is cancelled', async () => {
    const { asked, provide, release } = waiting()
    const { client } = await start({ client: { credentials: provide } })
    const scope = new Scope()
    const clock = fakeClock()
    const context = {
      clock,
      scope,
      cells: new Cells(),
      deadlineAt: Infinity,
      history: new History(clock, undefined),
      emit: undefined,
    }
    const request = {
      functionName: 'quote',
      qualifier: undefined,
      tenantId: undefined,
      region: undefined,
      body: undefined,
      clientContext: undefined,
      logTail: false,
    }
    const transport = (BY_SDK ? sdkTransport : leanTransport)(() => client)
    const outcome = transport(request, context)
    await once(asked, 'asked')
    const why = failure('Aborted')
    scope.cancel(why)
    expect(await outcome).toEqual({ ok: false, failure: why })
    release()
  })

  it('keep no place in a bulkhead when the call is over', async () => {
    const { asked, provide, release } = waiting()
    const { lambda } = await start({ client: { credentials: provide } })
    const narrow = lambda('quote').bulkhead({ concurrency: 1, queue: 0 })
    const controller = new AbortController()
    const failed = failureOf(narrow.invoke({}, { signal: controller.signal }))
    await once(asked, 'asked')
    controller.abort()
    await failed
    const next = narrow.safeInvoke(7)
    release()
    expect(await next).toMatchObject({ ok: true, value: 7 })
  })

  it('are not sent late by a handler that does not look at the signal either', async () => {
    const { asked, provide, release } = waiting()
    const handled: unknown[] = []
    const handle = (request: unknown): Promise<never> => {
      handled.push(request)
      return Promise.reject(new Error('sent'))
    }
    const { client, lambda } = await start({ client: { credentials: provide, requestHandler: { handle } } })
    const sends = spyOnSends(client)
    const controller = new AbortController()
    const failed = failureOf(lambda('quote').invoke({}, { signal: controller.signal }))
    await once(asked, 'asked')
    controller.abort()
    expect(await failed).toMatchObject({ code: 'Aborted', mayHaveRun: false })
    release()
    await Promise.allSettled(sends)
    expect(handled).toEqual([])
  })

  it('do not keep a timed-out attempt from being repeated, since nothing can have run', async () => {
    const clock = fakeClock()
    const { asked, provide, release } = waiting()
    const { local, lambda } = await start({ client: { credentials: provide }, invoker: { clock } })
    const call = lambda('quote').timeout('1s').retry({ attempts: 2, baseDelay: 0 }).safeInvoke('late')
    await once(asked, 'asked')
    await clock.advance('1s')
    release()
    const result = await call
    expect(result).toMatchObject({ ok: true, value: 'late' })
    expect(result.meta.attempts).toMatchObject([{ code: 'AttemptTimedOut', ran: 'no' }, { ran: 'yes' }])
    expect(local.requests).toHaveLength(1)
  })
})

describe('credentials that cannot be had', () => {
  it.each([
    [
      'a throttle of STS',
      {
        name: 'ThrottlingException',
        $fault: 'client',
        $metadata: { httpStatusCode: 400, requestId: 'sts-1' },
      },
    ],
    [
      'a 429',
      {
        name: 'TooManyRequestsException',
        $fault: 'client',
        $metadata: { httpStatusCode: 429, requestId: 'sts-1' },
      },
    ],
    [
      'an error of the service',
      { name: 'ServiceException', $fault: 'server', $metadata: { httpStatusCode: 500, requestId: 'sts-1' } },
    ],
    [
      'a denial',
      {
        name: 'AccessDeniedException',
        $fault: 'client',
        $metadata: { httpStatusCode: 403, requestId: 'sts-1' },
      },
    ],
    ['a connection', { code: 'ECONNRESET', syscall: 'read' }],
    ['a provider', { name: 'CredentialsProviderError' }],
  ])('are not taken for an answer of Lambda: %s', async (_, marks) => {
    const credentials = (): Promise<never> => Promise.reject(Object.assign(new Error('Rate exceeded'), marks))
    const { local, lambda } = await start({ client: { credentials } })
    const error = await failureOf(lambda('quote').retry(false).invoke({}))
    expect(error).toMatchObject({
      code: 'CredentialsUnavailable',
      mayHaveRun: false,
      attempts: [{ ran: 'no' }],
    })
    expect(error.requestId).toBeUndefined()
    expect(error.status).toBeUndefined()
    expect(local.requests).toEqual([])
  })

  it('may be had at the next attempt', async () => {
    let asked = 0
    const credentials = async (): Promise<typeof KEYS> => {
      if (asked++ === 0) throw new Error('Could not load credentials from any providers')
      return KEYS
    }
    const { lambda } = await start({ client: { credentials } })
    const result = await lambda('quote').retry({ baseDelay: 0 }).safeInvoke(1)
    expect(result).toMatchObject({ ok: true, value: 1 })
    expect(result.meta.attempts).toMatchObject([{ code: 'CredentialsUnavailable' }, { ran: 'yes' }])
  })
})

it('says so when no region can be found', async () => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent')
  onTestFinished(() => void vi.unstubAllEnvs())
  const lambda = createInvoker({ credentials: KEYS })
  expect(await failureOf(lambda('quote').invoke())).toMatchObject({
    code: 'RegionMissing',
    mayHaveRun: false,
  })
})

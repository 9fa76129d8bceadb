import { EventEmitter, once } from 'node:events'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createInvoker, type InvokerOptions } from 'resilient-lambda'
import { createScript, startLocalLambda, type Fault, type LocalLambda } from 'resilient-lambda/testing'
import { collectGarbage } from '../../http/fetch/garbage.js'
import { failureOf } from '../../invoker/support.js'

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

async function start(
  options: (local: LocalLambda) => InvokerOptions = ({ clientSettings }) => clientSettings,
) {
  const local = await startLocalLambda({ functions: { quote: (event: unknown) => event ?? null } })
  const lambda = createInvoker({ ...options(local), transport: 'lean' })
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  return { local, lambda, quote: lambda('quote').retry({ baseDelay: 0 }) }
}

const error = (name: string, more: Partial<Extract<Fault, { type: 'error' }>> = {}): Fault => ({
  type: 'error',
  name,
  ...more,
})

/** Which key signed each request, and when. */
function signatures({ requests }: LocalLambda): (readonly [key: string, date: unknown])[] {
  return requests.map(({ headers }) => [
    /Credential=([^/]+)/.exec(headers['authorization'] ?? '')?.[1] ?? '',
    headers['x-amz-date'],
  ])
}

/** In ms, from YYYYMMDDTHHMMSSZ. */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(....)(..)(.....)(..)(..)Z$/, '$1-$2-$3:$4:$5Z'))
}

describe('credentials that Lambda does not take any more', () => {
  it('are asked for anew, and the call goes on', async () => {
    let given = 0
    const credentials = async () => ({
      ...KEYS,
      accessKeyId: `KEY${++given}`,
      expiration: new Date(Date.now() + 3.6e6),
    })
    const { local, quote } = await start(({ clientSettings }) => ({ ...clientSettings, credentials }))
    local.faults('quote').next({ type: 'none' }, error('ExpiredTokenException'))
    expect(await quote.invoke(1)).toBe(1)
    const { ok, meta } = await quote.safeInvoke(2)
    expect(ok).toBe(true)
    expect(meta.attempts).toMatchObject([{ code: 'ExpiredTokenException', ran: 'no' }, { ran: 'yes' }])
    const [first, refused, fresh] = signatures(local).map(([key]) => key)
    expect(refused).toBe(first)
    expect(fresh).not.toBe(first)
  })

  it('are told where there are no others', async () => {
    const { local, quote } = await start()
    local.faults('quote').always(error('ExpiredTokenException'))
    expect(await failureOf(quote.invoke())).toMatchObject({
      code: 'ExpiredTokenException',
      mayHaveRun: false,
    })
    expect(local.requests).toHaveLength(2)
  })
})

describe('a clock that is wrong', () => {
  it('is set by the answer that says so, and the call goes on with the right date', async () => {
    const { local, quote } = await start()
    const date = new Date(Date.now() + 3_600_000)
    const headers = { date: date.toUTCString() }
    local.faults('quote').next(error('InvalidSignatureException', { message: 'Signature expired', headers }))
    const { ok, meta } = await quote.safeInvoke()
    expect(ok).toBe(true)
    expect(meta.attempts).toMatchObject([{ code: 'ClockSkew', ran: 'no' }, { ran: 'yes' }])
    const [before = 0, after = 0] = signatures(local).map(([, at]) => timeOf(String(at)))
    expect(Math.round((after - before) / 60_000)).toBe(60)
  })

  it('is not the reason where a signature is wrong for another', async () => {
    const { local, quote } = await start()
    local.faults('quote').always(error('InvalidSignatureException'))
    expect(await failureOf(quote.invoke())).toMatchObject({ code: 'InvalidSignatureException' })
    expect(local.requests).toHaveLength(1)
  })
})

describe('the lean transport', () => {
  it('works by the configuration of a client that is handed in, without its middleware', async () => {
    const { local, lambda } = await start(({ clientSettings }) => {
      const client = new LambdaClient({ ...clientSettings, customUserAgent: 'shop/7' })
      client.middlewareStack.add(
        () => () => {
          throw new Error('the middleware ran')
        },
        { step: 'deserialize', priority: 'low', name: 'own' },
      )
      return { client }
    })
    expect(await lambda('quote').invoke(7)).toBe(7)
    expect(local.requests).toHaveLength(1)
    expect(local.requests[0]?.headers['user-agent']).toContain('shop/7')
  })

  it('has as many sockets as calls may be in flight', async () => {
    const { local, lambda } = await start(({ clientSettings }) => ({
      ...clientSettings,
      bulkhead: { concurrency: 3, queue: 30 },
    }))
    await Promise.all(Array.from({ length: 20 }, () => lambda('quote').invoke()))
    expect(new Set(local.requests.map(({ connection }) => connection)).size).toBe(3)
  })

  it('asks Lambda for settings through the client, as the other does', async () => {
    const { lambda } = await start()
    expect(await lambda('quote').deadline('45s').timeout('2s').timeoutLint()).toEqual([])
  })

  it('keeps clients for regions apart', async () => {
    const { local, lambda } = await start(({ clientSettings }) => {
      const { endpoint, credentials } = clientSettings
      return { region: 'eu-west-1', endpoint, credentials }
    })
    await lambda('quote').safeInvoke()
    await lambda('arn:aws:lambda:eu-central-1:123456789012:function:quote').safeInvoke()
    const regions = local.requests.map(({ headers }) => headers['authorization']?.split('/')[2])
    expect(regions).toEqual(['eu-west-1', 'eu-central-1'])
  })

  it('sends what its endpoint has before the path', async () => {
    const { local, lambda } = await start(({ clientSettings }) => ({
      ...clientSettings,
      endpoint: `${clientSettings.endpoint}/base`,
    }))
    await lambda('quote').safeInvoke()
    expect(local.requests[0]?.path).toBe('/base/2015-03-31/functions/quote/invocations')
  })

  it('fails what is under way when the invoker is destroyed, and sends again afterwards', async () => {
    const { local, lambda } = await start()
    local.faults('quote').next({ type: 'stallHead' })
    const failed = failureOf(lambda('quote').invoke())
    await local.until(({ requests }) => requests[0]?.whole === true)
    lambda.destroy()
    expect(await failed).toMatchObject({ code: 'ConnectionReset', mayHaveRun: true })
    await local.until(({ openSockets }) => openSockets === 0)
    expect(await lambda('quote').invoke(1)).toBe(1)
  })

  it('closes the next time what was opened by a call that waited meanwhile', async () => {
    const events = new EventEmitter()
    let given: Promise<unknown> | undefined
    const credentials = async () => {
      events.emit('asked')
      await given
      // Asked for anew with each request.
      return { ...KEYS, expiration: new Date() }
    }
    const { local, lambda } = await start(({ clientSettings }) => ({
      client: new LambdaClient({ ...clientSettings, credentials }),
    }))
    await lambda('quote').invoke()
    given = once(events, 'given')
    const asked = once(events, 'asked')
    const waiting = lambda('quote').invoke(1)
    await asked
    lambda.destroy()
    events.emit('given')
    expect(await waiting).toBe(1)
    expect(local.openSockets).toBe(1)
    lambda.destroy()
    await local.until(({ openSockets }) => openSockets === 0)
  })

  it('keeps nothing of clients that come and go', async () => {
    const configs: WeakRef<object>[] = []
    const { lambda } = await start(({ clientSettings }) => ({
      client() {
        const client = new LambdaClient(clientSettings)
        configs.push(new WeakRef(client.config))
        return client
      },
    }))
    for (let n = 0; n < 5; n++) expect(await lambda('quote').invoke(n)).toBe(n)
    await collectGarbage()
    expect(configs.filter((config) => config.deref())).toEqual([])
  })
})

describe('the setting', () => {
  it('is one of two, or a function', () => {
    for (const transport of ['sdk', 'lean', createScript().transport] as const)
      expect(() => createInvoker({ transport })).not.toThrow()
    for (const transport of ['fast', 7, null, {}])
      expect(() => createInvoker({ transport } as never)).toThrow(
        "options.transport must be one of 'sdk', 'lean', or a function, but was",
      )
  })

  it('goes with a client, unlike a function', () => {
    const client = new LambdaClient({ region: 'eu-west-1' })
    for (const transport of ['sdk', 'lean'] as const)
      expect(() => createInvoker({ client, transport })).not.toThrow()
    expect(() => createInvoker({ client, transport: createScript().transport })).toThrow('options.client')
  })
})

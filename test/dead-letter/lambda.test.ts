import { LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker, InvalidSettingError } from 'resilient-lambda'
import {
  lambdaDeadLetter,
  type DeadLetterMessage,
  type LambdaDeadLetterOptions,
} from 'resilient-lambda/dead-letter'
import { startLocalLambda } from 'resilient-lambda/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { letterOf } from './support.js'

afterEach(() => vi.unstubAllEnvs())

async function start() {
  const events: DeadLetterMessage[] = []
  const local = await startLocalLambda({
    functions: {
      'failed-calls': {
        handler: (event: DeadLetterMessage) => void events.push(event),
        versions: { '1': (event: DeadLetterMessage) => void events.push(event) },
        aliases: { live: '1' },
      },
    },
  })
  const client = new LambdaClient(local.clientSettings)
  onTestFinished(async () => {
    client.destroy()
    await local.stop()
  })
  return { local, client, events }
}

describe('lambdaDeadLetter()', () => {
  it('invokes a function asynchronously with the letter', async () => {
    const { local, client, events } = await start()
    await lambdaDeadLetter({ function: 'failed-calls', client })(letterOf())
    await local.settled()
    expect(local.requests).toMatchObject([{ invocationType: 'Event', status: 202, function: 'failed-calls' }])
    expect(local.executionsOf('failed-calls')).toHaveLength(1)
    expect(events).toMatchObject([{ version: 1, target: 'quote:live', payload: { sku: 'A1' } }])
  })

  it('invokes a version or an alias, given in the name or beside it', async () => {
    const { local, client } = await start()
    await lambdaDeadLetter({ function: 'failed-calls:live', client })(letterOf())
    await lambdaDeadLetter({ function: 'failed-calls', qualifier: '1', client })(letterOf())
    expect(local.requests.map(({ qualifier }) => qualifier)).toEqual(['live', '1'])
  })

  it('sends what there is of a letter that is too large, and fails all the same', async () => {
    const { local, client, events } = await start()
    const sink = lambdaDeadLetter({ function: 'failed-calls', client })
    await expect(sink(letterOf({ payload: 'x'.repeat(1_048_576) }))).rejects.toThrow(
      'an asynchronous invocation takes at most 1,048,576',
    )
    await local.settled()
    expect(events).toMatchObject([{ payloadOmitted: 'too-large' }])
  })

  it('fails where the function does not take it', async () => {
    const { client } = await start()
    const sink = lambdaDeadLetter({ function: 'nowhere', client })
    await expect(sink(letterOf())).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('makes a client by itself, for the region of the ARN', async () => {
    const { local, events } = await start()
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', local.endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's')
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    await lambdaDeadLetter({ function: 'failed-calls' })(letterOf())
    await lambdaDeadLetter({ function: 'arn:aws:lambda:us-east-1:123456789012:function:failed-calls' })(
      letterOf(),
    )
    await local.settled()
    expect(events).toHaveLength(2)
    const scopes = local.requests.map(
      ({ headers }) => /\/([a-z0-9-]+)\/lambda\//.exec(headers['authorization'] ?? '')?.[1],
    )
    expect(scopes).toEqual(['eu-west-1', 'us-east-1'])
  })

  it.each<[unknown, string]>([
    [{}, 'lambdaDeadLetter.function must be given'],
    [{ function: 'not a name!' }, "lambdaDeadLetter.function must be a function's name"],
    [{ function: 'a', qualifier: '!' }, 'lambdaDeadLetter.qualifier must be a version'],
    [{ function: 'a', client: {} }, 'lambdaDeadLetter.client must be a LambdaClient'],
  ])('refuses what it cannot use, at once (case %#)', (options, message) => {
    const make = (): unknown => lambdaDeadLetter(options as LambdaDeadLetterOptions)
    expect(make).toThrow(InvalidSettingError)
    expect(make).toThrow(message)
  })
})

it('a call that fails for good arrives at the function that takes dead letters', async () => {
  const { local, client, events } = await start()
  const lambda = createInvoker({ client })
  const chain = lambda('nowhere').deadLetter(lambdaDeadLetter({ function: 'failed-calls', client }))
  const result = await chain.safeInvoke({ sku: 'A1' })
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'ResourceNotFoundException', deadLetter: 'sent' },
  })
  await local.settled()
  expect(events).toMatchObject([
    { target: 'nowhere', payload: { sku: 'A1' }, error: { code: 'ResourceNotFoundException' } },
  ])
})

import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { expect, test } from 'vitest'
import type { LocalLambdaOptions } from '../../../../src/testing/local/index.js'
import { caught, post, start } from '../support.js'

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:quote'
const functions: LocalLambdaOptions['functions'] = {
  quote: {
    handler: () => 'newest',
    timeout: '30s',
    memoryMb: 512,
    environment: { STAGE: 'test' },
    versions: { 1: () => 'first' },
    aliases: { live: '1' },
  },
  plain: { handler: () => 1, timeout: '250ms' },
}

test('a function tells its limits, without running', async () => {
  const { local, client } = await start({ functions })
  const { $metadata, ...configuration } = await client.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'quote' }),
  )
  expect($metadata.httpStatusCode).toBe(200)
  expect(configuration).toEqual({
    FunctionName: 'quote',
    FunctionArn: ARN,
    Version: '$LATEST',
    Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
    Timeout: 30,
    MemorySize: 512,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Environment: { Variables: { STAGE: 'test' } },
  })
  expect(local.executions).toHaveLength(0)
  expect(local.requestsOf('quote')).toMatchObject([{ method: 'GET', status: 200 }])
})

test.each([
  [{ FunctionName: 'quote', Qualifier: '1' }, `${ARN}:1`],
  [{ FunctionName: 'quote', Qualifier: 'live' }, `${ARN}:live`],
  [{ FunctionName: `${ARN}:live` }, `${ARN}:live`],
])('%o is answered with the version that it leads to', async (input, arn) => {
  const { client } = await start({ functions })
  expect(await client.send(new GetFunctionConfigurationCommand(input))).toMatchObject({
    FunctionArn: arn,
    Version: '1',
  })
})

test('a limit is told in whole seconds, never as less than it is', async () => {
  const { client } = await start({ functions })
  const { Timeout, Environment } = await client.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'plain' }),
  )
  expect(Timeout).toBe(1)
  expect(Environment).toBeUndefined()
})

test.each([
  [{ FunctionName: 'ghost' }, 'ghost'],
  [{ FunctionName: 'quote', Qualifier: '7' }, 'quote:7'],
])('%o is answered 404 with the ARN as it was asked for', async (input, named) => {
  const { client } = await start({ functions })
  const error = await caught(client.send(new GetFunctionConfigurationCommand(input)))
  expect(error).toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } })
  expect(error.message).toBe(`Function not found: arn:aws:lambda:us-east-1:123456789012:function:${named}`)
})

test('faults of the function are faults of these requests too', async () => {
  const { local, client } = await start({ functions })
  local.faults('quote').next({ type: 'error', name: 'AccessDeniedException' })
  const error = await caught(client.send(new GetFunctionConfigurationCommand({ FunctionName: 'quote' })))
  expect(error).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })
})

test('a configuration is not posted, and nothing else of a function is told', async () => {
  const { local } = await start({ functions })
  for (const path of ['configuration', 'policy', 'configuration/x']) {
    const reply = await post(local, `/2015-03-31/functions/quote/${path}`)
    expect(reply.headers['x-amzn-errortype']).toBe('UnknownOperationException')
  }
})

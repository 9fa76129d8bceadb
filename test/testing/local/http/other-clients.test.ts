import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { LocalLambda } from '../../../../src/testing/local/index.js'
import { start } from '../support.js'

const run = promisify(execFile)
const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0
const hasAwsCli = works('aws', '--version')
const hasBoto3 = works('python3', '-c', 'import boto3')

const functions = {
  quote: (event: unknown) => ({ echo: event }),
  broken: () => {
    throw new RangeError('out of range')
  },
}

function environmentFor({ clientSettings }: LocalLambda): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ACCESS_KEY_ID: clientSettings.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: clientSettings.credentials.secretAccessKey,
    AWS_DEFAULT_REGION: clientSettings.region,
    AWS_MAX_ATTEMPTS: '1',
  }
}

async function aws(local: LocalLambda, ...args: string[]): Promise<{ summary: unknown; payload: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'local-lambda-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'payload')
  const all = ['--endpoint-url', local.endpoint, '--output', 'json', 'lambda', 'invoke', ...args, file]
  const { stdout } = await run('aws', all, { env: environmentFor(local) })
  return { summary: JSON.parse(stdout), payload: await readFile(file, 'utf8') }
}

async function boto3(local: LocalLambda, code: string): Promise<unknown> {
  const client = `import boto3, json\nclient = boto3.client('lambda', endpoint_url='${local.endpoint}')\n`
  const { stdout } = await run('python3', ['-c', client + code], { env: environmentFor(local) })
  return JSON.parse(stdout)
}

if (hasAwsCli) {
  test('the AWS CLI invokes a function, and reads its result and its log', async () => {
    const { local } = await start({ functions })
    const { summary, payload } = await aws(
      local,
      '--function-name',
      'quote',
      '--payload',
      '{"a":1}',
      '--log-type',
      'Tail',
    )
    expect(summary).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
    const { LogResult } = summary as { LogResult: string }
    expect(Buffer.from(LogResult, 'base64').toString()).toContain('START RequestId: ')
    expect(JSON.parse(payload)).toEqual({ echo: { a: 1 } })
  })

  test('the AWS CLI reads a function error, an accepted event and a dry run', async () => {
    const { local } = await start({ functions })
    const broken = await aws(local, '--function-name', 'broken')
    expect(broken.summary).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' })
    expect(JSON.parse(broken.payload)).toMatchObject({ errorType: 'RangeError' })
    const event = await aws(local, '--function-name', 'quote', '--invocation-type', 'Event')
    expect(event.summary).toEqual({ StatusCode: 202 })
    const dryRun = await aws(local, '--function-name', 'quote', '--invocation-type', 'DryRun')
    expect(dryRun.summary).toEqual({ StatusCode: 204 })
  })

  test('the AWS CLI knows the errors by name', async () => {
    const { local } = await start({ functions })
    await expect(aws(local, '--function-name', 'ghost')).rejects.toThrow(
      'An error occurred (ResourceNotFoundException) when calling the Invoke operation: Function not found',
    )
    local.faults('quote').next({ type: 'throttle' })
    await expect(aws(local, '--function-name', 'quote')).rejects.toThrow(
      /\(TooManyRequestsException\) when calling the Invoke operation.*Rate Exceeded/,
    )
  })
} else {
  test('there is no AWS CLI here: it is not tried', () => expect(hasAwsCli).toBe(false))
}

if (hasBoto3) {
  test('boto3 invokes a function by its ARN, and reads its result', async () => {
    const { local } = await start({ functions })
    const answer = await boto3(
      local,
      `reply = client.invoke(FunctionName='arn:aws:lambda:us-east-1:123456789012:function:quote', Payload=b'{"a":1}', TenantId='blue')
print(json.dumps([reply['StatusCode'], reply['ExecutedVersion'], json.load(reply['Payload'])]))`,
    )
    expect(answer).toEqual([200, '$LATEST', { echo: { a: 1 } }])
    expect(local.requests[0]).toMatchObject({ function: 'quote', tenantId: 'blue' })
  })

  test('boto3 has the errors in its own classes, with their members', async () => {
    const { local } = await start({ functions })
    local.faults('quote').next({ type: 'throttle', reason: 'CallerRateLimitExceeded', retryAfter: '7s' })
    const answer = await boto3(
      local,
      `try:
    client.invoke(FunctionName='quote')
except client.exceptions.TooManyRequestsException as error:
    throttled = [error.response['Reason'], error.response['retryAfterSeconds'], error.response['Error']['Message']]
try:
    client.invoke(FunctionName='ghost')
except client.exceptions.ResourceNotFoundException as error:
    missing = [error.response['Type'], error.response['Error']['Message']]
print(json.dumps([throttled, missing]))`,
    )
    expect(answer).toEqual([
      ['CallerRateLimitExceeded', '7', 'Rate Exceeded.'],
      ['User', 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:ghost:$LATEST'],
    ])
  })
} else {
  test('there is no boto3 here: it is not tried', () => expect(hasBoto3).toBe(false))
}

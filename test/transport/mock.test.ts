import { InvokeCommand, LambdaClient, ServiceException, TooManyRequestsException } from '@aws-sdk/client-lambda'
import { mockClient, type AwsClientStub } from 'aws-sdk-client-mock'
import { Uint8ArrayBlobAdapter } from '@smithy/util-stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { createInvoker, type Invoker } from 'resilient-lambda'
import { fakeClock } from 'resilient-lambda/testing'
import { failureOf } from '../invoker/support.js'
import { attemptOf } from './support.js'

const client = new LambdaClient({ region: 'eu-west-1' })
const mock: AwsClientStub<LambdaClient> = mockClient(client)
let lambda: Invoker

beforeEach(() => {
  mock.reset()
  lambda = createInvoker({ client })
})

function json(value: unknown): Uint8ArrayBlobAdapter {
  return Uint8ArrayBlobAdapter.fromString(JSON.stringify(value))
}

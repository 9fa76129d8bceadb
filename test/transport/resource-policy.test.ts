import {
  AddPermissionCommand,
  GetPolicyCommand,
  LambdaClient,
  RemovePermissionCommand,
  ResourceConflictException,
} from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { resourcePolicyOf } from '../../src/transport/resource-policy.js'

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:quote'
const client = new LambdaClient({ region: 'eu-west-1' })
const mock = mockClient(client)
const permission = {
  statementId: 'alb-web',
  action: 'lambda:InvokeFunction',
  principal: 'elasticloadbalancing.amazonaws.com',
  sourceArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/73e2d6bc24d8a067',
  sourceAccount: '123456789012',
}

beforeEach(() => mock.reset())

describe('a resource-based policy', () => {
  it('is read as JSON', async () => {
    mock.on(GetPolicyCommand).resolves({ Policy: '{"Statement":[]}', RevisionId: 'r' })
    const answer = await resourcePolicyOf(client, FUNCTION, 'live').read()
    expect(answer).toMatchObject({ ok: true, value: '{"Statement":[]}' })
    expect(mock.call(0).args[0].input).toStrictEqual({ FunctionName: FUNCTION, Qualifier: 'live' })
  })

  it('is asked for without a qualifier where there is none', async () => {
    mock.on(GetPolicyCommand).resolves({})
    expect(await resourcePolicyOf(client, FUNCTION, undefined).read()).toMatchObject({ ok: true })
    expect(mock.call(0).args[0].input).toStrictEqual({ FunctionName: FUNCTION })
  })

  it('takes a statement with its source', async () => {
    mock.on(AddPermissionCommand).resolves({ Statement: '{}' })
    expect(await resourcePolicyOf(client, FUNCTION, 'live').add(permission)).toMatchObject({ ok: true })
    expect(mock.call(0).args[0].input).toStrictEqual({
      FunctionName: FUNCTION,
      Qualifier: 'live',
      StatementId: 'alb-web',
      Action: 'lambda:InvokeFunction',
      Principal: 'elasticloadbalancing.amazonaws.com',
      SourceArn: permission.sourceArn,
      SourceAccount: '123456789012',
    })
  })

  it('loses a statement by its id', async () => {
    mock.on(RemovePermissionCommand).resolves({})
    expect(await resourcePolicyOf(client, FUNCTION, '7').remove('alb-web')).toMatchObject({ ok: true })
    expect(mock.call(0).args[0].input).toStrictEqual({
      FunctionName: FUNCTION,
      Qualifier: '7',
      StatementId: 'alb-web',
    })
  })

  it('has failures travel as values, with the code that Lambda gave them', async () => {
    const thrown = new ResourceConflictException({
      message: 'The statement id (alb-web) provided already exists.',
      $metadata: { httpStatusCode: 409, requestId: 'req-1' },
    })
    mock.on(AddPermissionCommand).rejects(thrown)
    expect(await resourcePolicyOf(client, FUNCTION, undefined).add(permission)).toMatchObject({
      ok: false,
      failure: { code: 'ResourceConflictException', status: 409, requestId: 'req-1', cause: thrown },
    })
  })
})

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { AlbPermissionError } from '../../../src/http/permission/error.js'
import { explainAlbAccess } from '../../../src/http/permission/explain.js'
import { grantAlb } from '../../../src/http/permission/grant.js'
import { ACCOUNT, denied, OTHER_GROUP, QUOTE, startPolicyServer, TARGET_GROUP } from './policy-server.js'
import { rejectionOf } from './support.js'

const ID = 'alb-web-73e2d6bc24d8a067'
const given = { function: 'quote', targetGroupArn: TARGET_GROUP }

const statement = {
  Sid: ID,
  Effect: 'Allow',
  Principal: { Service: 'elasticloadbalancing.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: QUOTE,
  Condition: {
    StringEquals: { 'AWS:SourceAccount': ACCOUNT },
    ArnLike: { 'AWS:SourceArn': TARGET_GROUP },
  },
}

describe('granting', () => {
  it('adds the statement that lets the target group in', async () => {
    const server = await startPolicyServer()
    const grant = await grantAlb({ ...given, ...server.reach })
    expect(grant).toStrictEqual({ added: true, statementId: ID, statement })
    expect(server.policies).toEqual(new Map([[QUOTE, [statement]]]))
    expect(await explainAlbAccess({ ...given, ...server.reach })).toMatchObject({ allowed: true })
  })

  it('adds it to the policy of the qualifier, which has one of its own', async () => {
    const server = await startPolicyServer()
    await grantAlb({ ...given, ...server.reach, qualifier: 'live' })
    expect(server.policies).toEqual(
      new Map([[`${QUOTE}:live`, [{ ...statement, Resource: `${QUOTE}:live` }]]]),
    )
  })

  it('leaves other statements as they are', async () => {
    const server = await startPolicyServer()
    const other = { ...statement, Sid: 'api', Condition: { ArnLike: { 'AWS:SourceArn': OTHER_GROUP } } }
    server.policies.set(QUOTE, [other])
    expect(await grantAlb({ ...given, ...server.reach, statementId: 'web' })).toMatchObject({
      added: true,
      statementId: 'web',
    })
    expect(server.policies.get(QUOTE)).toEqual([other, { ...statement, Sid: 'web' }])
  })

  it('is fine when the same is granted already, and sends no second request to add it', async () => {
    const server = await startPolicyServer()
    await grantAlb({ ...given, ...server.reach })
    expect(await grantAlb({ ...given, ...server.reach })).toStrictEqual({
      added: false,
      statementId: ID,
      statement,
    })
    expect(server.requests.map(({ operation }) => operation)).toEqual([
      'GetPolicy',
      'AddPermission',
      'GetPolicy',
    ])
  })

  it.each<[string, object]>([
    ['under another id', { Sid: 'elb1' }],
    ['without an id', { Sid: undefined }],
    ['with its lines in another order', { Resource: QUOTE, Principal: statement.Principal }],
    [
      'with lists of one',
      { Action: ['lambda:InvokeFunction'], Principal: { Service: ['elasticloadbalancing.amazonaws.com'] } },
    ],
    [
      'with conditions that mean the same',
      { Condition: { StringLike: { 'aws:SourceArn': [TARGET_GROUP], 'aws:sourceaccount': ACCOUNT } } },
    ],
  ])('knows the same statement %s', async (_, change) => {
    const server = await startPolicyServer()
    const there = { ...statement, ...change }
    server.policies.set(QUOTE, [there])
    expect(await grantAlb({ ...given, ...server.reach })).toEqual({
      added: false,
      statementId: there.Sid,
      statement: there,
    })
  })

  it.each<[string, object]>([
    [
      'for another target group',
      { Condition: { ...statement.Condition, ArnLike: { 'AWS:SourceArn': OTHER_GROUP } } },
    ],
    [
      'for more target groups',
      { Condition: { ...statement.Condition, ArnLike: { 'AWS:SourceArn': [TARGET_GROUP, OTHER_GROUP] } } },
    ],
    [
      'that applies to all others',
      { Condition: { ...statement.Condition, ArnLike: {}, ArnNotLike: { 'AWS:SourceArn': TARGET_GROUP } } },
    ],
    [
      'that applies without a source',
      {
        Condition: {
          ...statement.Condition,
          ArnLike: {},
          ArnLikeIfExists: { 'AWS:SourceArn': TARGET_GROUP },
        },
      },
    ],
    ['without the account', { Condition: { ArnLike: statement.Condition.ArnLike } }],
    [
      'with one condition more',
      { Condition: { ...statement.Condition, Bool: { 'aws:SecureTransport': 'true' } } },
    ],
    ['that denies', { Effect: 'Deny' }],
    ['for another service', { Principal: { Service: 's3.amazonaws.com' } }],
    ['for another action', { Action: 'lambda:GetFunction' }],
    ['for all but an action', { NotAction: 'lambda:GetFunction' }],
    ['for another resource', { Resource: `${QUOTE}:live` }],
  ])(
    'stops at another statement under the same id, shows both and says what to do: %s',
    async (_, change) => {
      const server = await startPolicyServer()
      const other = { ...statement, ...change }
      server.policies.set(QUOTE, [other])
      const error = await rejectionOf(grantAlb({ ...given, ...server.reach }))
      expect(error).toBeInstanceOf(AlbPermissionError)
      expect(error.code).toBe('StatementConflict')
      expect(error).not.toHaveProperty('cause')
      expect(error.message).toBe(
        `The policy has another statement under the id '${ID}'. There: ${JSON.stringify(other)}. ` +
          `Wanted: ${JSON.stringify(statement)}. Remove it with revokeAlb({ …, statementId: '${ID}' }), or pass another statementId.`,
      )
      expect(server.policies.get(QUOTE)).toEqual([other])
    },
  )
})

describe('granting while others do', () => {
  it('is fine when somebody else has just granted the same', async () => {
    const server = await startPolicyServer()
    server.intercept = ({ operation }) => {
      if (operation === 'AddPermission') server.policies.set(QUOTE, [statement])
      return undefined
    }
    expect(await grantAlb({ ...given, ...server.reach })).toStrictEqual({
      added: false,
      statementId: ID,
      statement,
    })
    expect(server.requests.map(({ operation }) => operation)).toEqual([
      'GetPolicy',
      'AddPermission',
      'GetPolicy',
    ])
  })

  it('stops when somebody else has just taken the id for something else', async () => {
    const server = await startPolicyServer()
    server.intercept = ({ operation }) => {
      if (operation === 'AddPermission') server.policies.set(QUOTE, [{ ...statement, Effect: 'Deny' }])
      return undefined
    }
    expect(await rejectionOf(grantAlb({ ...given, ...server.reach }))).toMatchObject({
      code: 'StatementConflict',
    })
  })

  it('grants once in ten calls at a time', async () => {
    const server = await startPolicyServer()
    const grants = await Promise.all(
      Array.from({ length: 10 }, () => grantAlb({ ...given, ...server.reach })),
    )
    expect(grants.filter(({ added }) => added)).toHaveLength(1)
    expect(server.policies.get(QUOTE)).toEqual([statement])
  })

  it("passes on a conflict that is not about the statement, such as an update of the function's", async () => {
    const server = await startPolicyServer()
    const message = 'An update is in progress for resource: quote'
    server.intercept = ({ operation }) =>
      operation === 'AddPermission'
        ? { status: 409, type: 'ResourceConflictException', body: { Type: 'User', message } }
        : undefined
    const error = await rejectionOf(grantAlb({ ...given, ...server.reach }))
    expect(error.code).toBe('ResourceConflictException')
    expect(error.message).toBe(
      `AddPermission on ${QUOTE} failed: ResourceConflictException (${message}). Wait until the update is over.`,
    )
  })
})

describe('granting that Lambda refuses', () => {
  const user = `arn:aws:iam::${ACCOUNT}:user/jane`

  it.each(['GetPolicy', 'AddPermission'] as const)(
    'says which permission is missing: %s',
    async (operation) => {
      const server = await startPolicyServer()
      const message = `User: ${user} is not authorized to perform: lambda:${operation} on resource: ${QUOTE} because no identity-based policy allows the lambda:${operation} action`
      server.intercept = (request) => (request.operation === operation ? denied(message) : undefined)
      const error = await rejectionOf(grantAlb({ ...given, ...server.reach }))
      expect(error).toMatchObject({
        name: 'AlbPermissionError',
        code: 'AccessDeniedException',
        status: 403,
        denied: {
          action: `lambda:${operation}`,
          resource: QUOTE,
          principal: user,
          because: 'identity-based policy',
          explicit: false,
        },
      })
      expect(server.requests.at(-1)?.operation).toBe(operation)
      expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/)
      expect(error.message).toBe(
        `${operation} on ${QUOTE} failed: AccessDeniedException (${message}). ` +
          `Allow user jane of account ${ACCOUNT} lambda:${operation} on ${QUOTE} in its identity-based policy.`,
      )
    },
  )

  it('says it even when Lambda does not', async () => {
    const server = await startPolicyServer()
    server.intercept = () => denied(null)
    const error = await rejectionOf(grantAlb({ ...given, ...server.reach, qualifier: 'live' }))
    expect(error.message).toBe(
      `GetPolicy on ${QUOTE}:live failed: AccessDeniedException (HTTP 403 without a message). ` +
        `Allow the caller lambda:GetPolicy on ${QUOTE}:live.`,
    )
    expect(error).not.toHaveProperty('denied')
  })

  it('says so when there is no such function', async () => {
    const server = await startPolicyServer()
    const error = await rejectionOf(grantAlb({ ...given, ...server.reach, function: 'quite' }))
    expect(error).toMatchObject({ code: 'ResourceNotFoundException', status: 404 })
    expect(error.message).toContain(`(Function not found: ${QUOTE.replace('quote', 'quite')})`)
  })

  it('names an error that invoking does not know', async () => {
    const server = await startPolicyServer()
    const message = 'The final policy size (20515) is bigger than the limit (20480).'
    server.intercept = ({ operation }) =>
      operation === 'AddPermission'
        ? { status: 400, type: 'PolicyLengthExceededException', body: { Type: 'User', message } }
        : undefined
    const error = await rejectionOf(grantAlb({ ...given, ...server.reach }))
    expect(error.message).toContain('(PolicyLengthExceededException: The final policy size (20515)')
  })

  it('says so when what came is no policy', async () => {
    const server = await startPolicyServer()
    for (const policy of [
      '',
      'no',
      '{}',
      '[]',
      'null',
      undefined,
      '{"Statement":["x"]}',
      '{"Statement":null}',
      '{"Statement":{"Sid":7}}',
      '{"Statement":{"Condition":"x"}}',
      '{"Statement":{"Condition":{"Bool":"x"}}}',
    ]) {
      server.intercept = () => ({ status: 200, body: { Policy: policy } })
      const error = await rejectionOf(grantAlb({ ...given, ...server.reach }))
      expect(error).toMatchObject({
        code: 'PolicyUnreadable',
        message: `The policy of ${QUOTE} is not the JSON of a policy.`,
      })
    }
    expect(server.requests.map(({ operation }) => operation)).not.toContain('AddPermission')
  })

  it("leaves transient errors to the SDK's own retries", async () => {
    const server = await startPolicyServer()
    let failures = 0
    server.intercept = ({ operation }) =>
      operation === 'AddPermission' && failures++ === 0 ? { status: 503, body: {} } : undefined
    expect(await grantAlb({ ...given, ...server.reach })).toMatchObject({ added: true })
    expect(server.requests.filter(({ operation }) => operation === 'AddPermission')).toHaveLength(2)
  })

  it('shows no credentials in what is logged', async () => {
    const server = await startPolicyServer()
    server.intercept = () => denied(null)
    const error = await rejectionOf(grantAlb({ ...given, ...server.reach }))
    expect(error.cause).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })
    const printed = inspect(error, { depth: 20, showHidden: true })
    expect(printed).toContain('AccessDeniedException')
    expect(printed).not.toMatch(/SECRET|AWS4-HMAC|AKID/)
  })
})

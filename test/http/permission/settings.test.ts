import { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { InvalidSettingError } from 'resilient-lambda'
import { explainAlbAccess } from '../../../src/http/permission/explain.js'
import { grantAlb } from '../../../src/http/permission/grant.js'
import { revokeAlb } from '../../../src/http/permission/revoke.js'
import { parsePermission, type AlbPermissionOptions } from '../../../src/http/permission/settings.js'
import { turnsUntil } from '../../wire/leftovers.js'
import { ACCOUNT, QUOTE, REGION, startPolicyServer, TARGET_GROUP } from './policy-server.js'
import { rejectionOf } from './support.js'

const given = { function: 'quote', targetGroupArn: TARGET_GROUP }

function clientFor(region: string, endpoint = 'http://127.0.0.1:1'): LambdaClient {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'SECRET' }
  const client = new LambdaClient({ region, endpoint, credentials, maxAttempts: 1 })
  onTestFinished(() => client.destroy())
  return client
}

describe('the options of a permission', () => {
  test.each([
    ['quote', undefined],
    ['quote:live', undefined],
    ['quote', 'live'],
    ['quote:live', 'live'],
    ['function:quote', 'live'],
    [`${ACCOUNT}:function:quote:live`, undefined],
    [`${ACCOUNT}:quote`, 'live'],
    [QUOTE, 'live'],
    [`${QUOTE}:live`, undefined],
  ])('mean the full ARN, whatever form the function has: %s with %s', (name, qualifier) => {
    const permission = parsePermission({ ...given, function: name, qualifier })
    const isQualified = qualifier !== undefined || name.endsWith(':live')
    expect(permission.functionArn).toBe(QUOTE)
    expect(permission.qualifier).toBe(isQualified ? 'live' : undefined)
    expect(permission.resource).toBe(isQualified ? `${QUOTE}:live` : QUOTE)
  })

  it("may name the target group's region", () => {
    expect(parsePermission({ ...given, region: REGION }).reach).toStrictEqual({ region: REGION })
  })

  it('keep the partition', () => {
    const targetGroupArn = TARGET_GROUP.replace('arn:aws:', 'arn:aws-us-gov:').replace(
      REGION,
      'us-gov-west-1',
    )
    expect(parsePermission({ ...given, targetGroupArn }).functionArn).toBe(
      `arn:aws-us-gov:lambda:us-gov-west-1:${ACCOUNT}:function:quote`,
    )
  })

  it('take a name of twelve digits for a name', () => {
    const { functionArn } = parsePermission({ ...given, function: 'function:999999999999' })
    expect(functionArn).toBe(QUOTE.replace('quote', '999999999999'))
  })

  it("make the statement's id from the target group, and always the same one", () => {
    expect(parsePermission(given).statementId).toBe('alb-web-73e2d6bc24d8a067')
    expect(parsePermission({ ...given, qualifier: 'live' }).statementId).toBe('alb-web-73e2d6bc24d8a067')
    expect(parsePermission({ ...given, statementId: 'elb1' }).statementId).toBe('elb1')
    const longest = TARGET_GROUP.replace('/web/', `/${'w'.repeat(32)}/`)
    expect(parsePermission({ ...given, targetGroupArn: longest }).statementId).toMatch(
      /^[a-zA-Z0-9-_]{1,100}$/,
    )
  })

  test.each<[string, object, string, RegExp]>([
    ['no function', { function: undefined }, 'options.function', /must be given/],
    ['no target group', { targetGroupArn: undefined }, 'options.targetGroupArn', /must be given/],
    ['a bad name', { function: 'a quote' }, 'options.function', /a function's name/],
    [
      'a listener',
      { targetGroupArn: TARGET_GROUP.replace('targetgroup', 'listener/app') },
      'options.targetGroupArn',
      /the ARN of a target group/,
    ],
    [
      'a target group without its id',
      { targetGroupArn: TARGET_GROUP.replace(/\/[^/]*$/, '') },
      'options.targetGroupArn',
      /the ARN of a target group/,
    ],
    ['a list', { targetGroupArn: [TARGET_GROUP] }, 'options.targetGroupArn', /but was a list/],
    ['a number', { targetGroupArn: 7 }, 'options.targetGroupArn', /but was 7/],
    [
      'another account',
      { function: QUOTE.replace(ACCOUNT, '999999999999') },
      'options.function',
      /of the target group's account and region: arn:aws:lambda:eu-west-1:123456789012:function:…, but was/,
    ],
    [
      'another account in a partial ARN',
      { function: '999999999999:function:quote' },
      'options.function',
      /target group's account and region/,
    ],
    [
      'another region',
      { function: QUOTE.replace(REGION, 'us-east-1') },
      'options.function',
      /target group's account and region/,
    ],
    [
      'another partition',
      { function: QUOTE.replace('arn:aws:', 'arn:aws-cn:') },
      'options.function',
      /target group's account and region/,
    ],
    ['$LATEST', { qualifier: '$LATEST' }, 'options.qualifier', /left without \$LATEST, which has no policy/],
    ['$LATEST in the name', { function: 'quote:$LATEST' }, 'options.function', /left without \$LATEST/],
    ['a bad qualifier', { qualifier: 'a b' }, 'options.qualifier', /a version/],
    [
      'two qualifiers',
      { function: 'quote:7', qualifier: 'live' },
      'options.qualifier',
      /must be '7', as options.function has it, but was 'live'/,
    ],
    ['a bad id', { statementId: 'a.b' }, 'options.statementId', /1 to 100 letters, digits/],
    ['an id that is too long', { statementId: 'a'.repeat(101) }, 'options.statementId', /1 to 100/],
    [
      'another region to ask',
      { region: 'us-east-1' },
      'options.region',
      /must be 'eu-west-1', where the target group is, but was 'us-east-1'/,
    ],
    [
      'a setting of an invoker',
      { defaults: {} },
      'options.defaults',
      /has no setting 'defaults'. It takes: function, targetGroupArn/,
    ],
    ['a bad endpoint', { endpoint: 'localhost' }, 'options.endpoint', /an address/],
    [
      'a client and a region',
      { client: { send() {} }, region: REGION },
      'options.region',
      /left out when a client is handed in/,
    ],
  ])('are refused with %s', (_, change, path, message) => {
    const parse = (): unknown => parsePermission({ ...given, ...change })
    expect(parse).toThrow(InvalidSettingError)
    expect(parse).toThrow(
      expect.objectContaining({ path, message: expect.stringMatching(message) as string }),
    )
  })
})

describe.each([
  ['grantAlb', grantAlb],
  ['revokeAlb', revokeAlb],
  ['explainAlbAccess', explainAlbAccess],
])('%s', (_, run: (options: AlbPermissionOptions) => Promise<unknown>) => {
  it('rejects options that do not fit, and sends nothing', async () => {
    const server = await startPolicyServer()
    const error = await rejectionOf(run({ ...given, ...server.reach, qualifier: '$LATEST' }))
    expect(error).toBeInstanceOf(InvalidSettingError)
    expect(server.requests).toEqual([])
  })

  it("rejects a client of another region, where the function's ARN would lead nowhere", async () => {
    const error = await rejectionOf(run({ ...given, client: clientFor('us-east-1') }))
    expect(error).toBeInstanceOf(InvalidSettingError)
    expect(error.message).toBe(
      "options.client must be a client for 'eu-west-1', where the target group is, but was one for us-east-1.",
    )
  })

  it('rejects a client that knows no region', async () => {
    const client = clientFor(REGION)
    client.config.region = () => Promise.reject(new Error('Region is missing'))
    const error = await rejectionOf(run({ ...given, client }))
    expect(error).toBeInstanceOf(InvalidSettingError)
    expect(error.message).toContain('but was one for no region.')
  })

  it('asks for the client of the target group, and leaves it open', async () => {
    const server = await startPolicyServer()
    const asked: (string | undefined)[] = []
    const client = clientFor(REGION, server.reach.endpoint)
    await run({ ...given, client: (region) => (asked.push(region), client) })
    expect(asked).toEqual([REGION])
    await run({ ...given, client })
    expect(server.requests.length).toBeGreaterThan(1)
    expect(new Set(server.requests.map(({ place }) => place))).toEqual(new Set([QUOTE]))
  })

  it('leaves no socket of a client of its own', async () => {
    const server = await startPolicyServer()
    await run({ ...given, ...server.reach })
    expect(server.requests.length).toBeGreaterThan(0)
    expect(await turnsUntil(() => server.openSockets() === 0, 10_000)).toBe(true)
  })
})

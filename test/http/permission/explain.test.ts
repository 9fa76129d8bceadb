import { describe, expect, it, test } from 'vitest'
import { explainAlbAccess, type AlbAccess } from '../../../src/http/permission/explain.js'
import { parsePermission } from '../../../src/http/permission/settings.js'
import { statementFor } from '../../../src/http/permission/statement.js'
import {
  ACCOUNT,
  denied,
  OTHER_GROUP,
  QUOTE,
  REGION,
  startPolicyServer,
  TARGET_GROUP,
} from './policy-server.js'
import { rejectionOf } from './support.js'

const ELB = 'elasticloadbalancing.amazonaws.com'
const given = { function: 'quote', targetGroupArn: TARGET_GROUP }
const granted = statementFor(parsePermission({ ...given, statementId: 'web' }))

const ACTION = 'Action: "lambda:InvokeFunction"'
const RESOURCE = `Resource: "${QUOTE}"`
const SOURCE = `Condition: {"ArnLike":{"AWS:SourceArn":"${TARGET_GROUP}"}}`
const SOURCE_ACCOUNT = `Condition: {"StringEquals":{"AWS:SourceAccount":"${ACCOUNT}"}}`
const BOTH = `Condition: {"StringEquals":{"AWS:SourceAccount":"${ACCOUNT}"},"ArnLike":{"AWS:SourceArn":"${TARGET_GROUP}"}}`
const WHOLE = ['Effect: "Allow"', `Principal: {"Service":"${ELB}"}`, ACTION, RESOURCE, BOTH]

/** What is said of a policy of these statements. */
async function explain(statements: readonly object[], qualifier?: string): Promise<AlbAccess> {
  const server = await startPolicyServer()
  const place = qualifier === undefined ? QUOTE : `${QUOTE}:${qualifier}`
  server.policies.set(place, statements)
  return await explainAlbAccess({ ...given, ...server.reach, ...(qualifier && { qualifier }) })
}

function when(condition: object): object {
  return { ...granted, Condition: condition }
}

describe('a target group may invoke', () => {
  it('by the statement that grants it', async () => {
    expect(await explain([granted])).toMatchObject({
      allowed: true,
      why: "Statement 'web' allows it.",
      missing: [],
      statements: [{ id: 'web', applies: 'yes', problems: [], statement: granted }],
    })
  })

  test.each<[string, object]>([
    ['with the resource of the qualifier', { ...granted, Resource: `${QUOTE}:live` }],
    ['with a wildcard for qualifiers', { ...granted, Resource: `${QUOTE}:*` }],
    ['with a wildcard for names', { ...granted, Resource: QUOTE.replace('quote', 'q*e:l?ve') }],
    ['with any resource', { ...granted, Resource: '*' }],
    ['with a list of resources', { ...granted, Resource: [QUOTE, `${QUOTE}:live`] }],
  ])('a version or alias %s', async (_, statement) => {
    expect(await explain([statement], 'live')).toMatchObject({ allowed: true })
  })

  test.each<[string, object]>([
    ['everybody', { ...granted, Principal: '*' }],
    ['everybody, in the longer form', { ...granted, Principal: { AWS: '*' } }],
    ['a list of services', { ...granted, Principal: { Service: ['s3.amazonaws.com', ELB] } }],
    [
      'all but another service',
      { ...granted, Principal: undefined, NotPrincipal: { Service: 's3.amazonaws.com' } },
    ],
    ['all actions', { ...granted, Action: '*' }],
    ['all actions of Lambda', { ...granted, Action: 'lambda:*' }],
    ['a wildcard, in whatever case', { ...granted, Action: ['s3:*', 'LAMBDA:invoke*'] }],
    ['all but another action', { ...granted, Action: undefined, NotAction: 'lambda:GetFunction' }],
    ['all but another resource', { ...granted, Resource: undefined, NotResource: `${QUOTE}:live` }],
    ['any source', { ...granted, Condition: undefined }],
    [
      'any target group of the name',
      when({ ArnLike: { 'aws:SourceArn': TARGET_GROUP.replace(/[^/]*$/, '*') } }),
    ],
    ['any load balancer', when({ ArnEquals: { 'aws:SourceArn': 'arn:aws:elasticloadbalancing:*:*:*' } })],
    ['wildcards of one', when({ StringLike: { 'aws:SourceArn': TARGET_GROUP.replace('web', 'w?b') } })],
    ['a list of sources', when({ StringEquals: { 'aws:SourceArn': [OTHER_GROUP, TARGET_GROUP] } })],
    [
      'a source in another case',
      when({ StringEqualsIgnoreCase: { 'aws:SourceArn': TARGET_GROUP.toUpperCase() } }),
    ],
    ['the account as a number', when({ StringEquals: { 'aws:SourceAccount': Number(ACCOUNT) } })],
    [
      'all but other sources',
      when({ ArnNotLike: { 'aws:SourceArn': OTHER_GROUP }, StringNotEquals: { 'aws:SourceAccount': '9' } }),
    ],
    ['conditions on keys that may be absent', when({ ArnLikeIfExists: { 'aws:SourceArn': TARGET_GROUP } })],
  ])('by a statement for %s', async (_, statement) => {
    expect(await explain([{ Sid: 'other', Effect: 'Allow' }, statement])).toMatchObject({
      allowed: true,
      why: "Statement 'web' allows it.",
      missing: [],
    })
  })
})

describe('a target group may not invoke, and the line to add is named', () => {
  const noOther = (line: string): string => `No statement allows it. Statement 'web' comes closest: ${line}.`

  test.each<[string, object, string, string]>([
    [
      'another action',
      { ...granted, Action: 'lambda:GetFunction' },
      'Action is "lambda:GetFunction", which leaves out lambda:InvokeFunction',
      ACTION,
    ],
    [
      'no action',
      { ...granted, Action: undefined },
      'Action is missing, which leaves out lambda:InvokeFunction',
      ACTION,
    ],
    [
      'all but this action',
      { ...granted, Action: undefined, NotAction: 'lambda:*' },
      'NotAction is "lambda:*", which leaves out lambda:InvokeFunction',
      ACTION,
    ],
    [
      'a function url',
      { ...granted, Action: 'lambda:InvokeFunctionUrl' },
      'Action is "lambda:InvokeFunctionUrl", which leaves out lambda:InvokeFunction',
      ACTION,
    ],
    [
      'another resource',
      { ...granted, Resource: `${QUOTE}:live` },
      `Resource is "${QUOTE}:live", which leaves out ${QUOTE}`,
      RESOURCE,
    ],
    [
      'a wildcard for qualifiers only',
      { ...granted, Resource: `${QUOTE}:*` },
      `Resource is "${QUOTE}:*", which leaves out ${QUOTE}`,
      RESOURCE,
    ],
    [
      'another target group',
      when({ ArnLike: { 'AWS:SourceArn': OTHER_GROUP } }),
      `Condition ArnLike AWS:SourceArn is "${OTHER_GROUP}", which leaves out ${TARGET_GROUP}`,
      SOURCE,
    ],
    [
      'other target groups',
      when({ ArnLike: { 'AWS:SourceArn': [OTHER_GROUP, 'a'] } }),
      `Condition ArnLike AWS:SourceArn is ["${OTHER_GROUP}","a"], which leaves out ${TARGET_GROUP}`,
      SOURCE,
    ],
    [
      'a wildcard where none is one',
      when({ StringEquals: { 'AWS:SourceArn': '*' } }),
      `Condition StringEquals AWS:SourceArn is "*", which leaves out ${TARGET_GROUP}`,
      SOURCE,
    ],
    [
      'another account',
      when({ StringEquals: { 'AWS:SourceAccount': '999999999999' } }),
      `Condition StringEquals AWS:SourceAccount is "999999999999", which leaves out ${ACCOUNT}`,
      SOURCE_ACCOUNT,
    ],
    [
      'the source in another case',
      when({ StringEquals: { 'aws:SourceArn': TARGET_GROUP.toUpperCase() } }),
      `Condition StringEquals aws:SourceArn is "${TARGET_GROUP.toUpperCase()}", which leaves out ${TARGET_GROUP}`,
      SOURCE,
    ],
    [
      'another source in whatever case',
      when({ StringEqualsIgnoreCase: { 'aws:SourceArn': 'a' } }),
      `Condition StringEqualsIgnoreCase aws:SourceArn is "a", which leaves out ${TARGET_GROUP}`,
      SOURCE,
    ],
    [
      'all but this source',
      when({ ArnNotEquals: { 'aws:SourceArn': TARGET_GROUP } }),
      `Condition ArnNotEquals aws:SourceArn is "${TARGET_GROUP}", which leaves out ${TARGET_GROUP}`,
      SOURCE,
    ],
  ])('%s', async (_, statement, problem, line) => {
    expect(await explain([statement])).toMatchObject({
      allowed: false,
      why: noOther(problem),
      missing: [line],
      statements: [{ id: 'web', applies: 'no', problems: [problem] }],
    })
  })

  it('names what is left out for a version or alias that only the function is granted to', async () => {
    expect(await explain([granted], 'live')).toMatchObject({
      allowed: false,
      why: noOther(`Resource is "${QUOTE}", which leaves out ${QUOTE}:live`),
      missing: [`Resource: "${QUOTE}:live"`],
    })
  })

  it('shows the statement that lacks the fewest lines', async () => {
    const far = { ...granted, Sid: 'far', Action: 'a:b', Resource: QUOTE.replace('quote', 'other') }
    const near = { ...granted, Sid: 'near', Action: 'lambda:GetFunction' }
    const s3 = {
      ...near,
      Sid: 's3',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
    }
    const { why, missing } = await explain([far, s3, near])
    expect(why).toMatch(/^No statement allows it. Statement 'near' comes closest: Action is/)
    expect(missing).toEqual([ACTION])
  })

  it('names each line that the closest statement falls short of, once', async () => {
    const condition = {
      ArnLike: { 'aws:sourcearn': OTHER_GROUP },
      ArnNotLike: { 'aws:SourceArn': TARGET_GROUP },
      StringEquals: { 'aws:SourceAccount': '9' },
    }
    const { why, missing, statements } = await explain([{ ...when(condition), Action: 'a:b', Resource: 'c' }])
    expect(missing).toEqual([ACTION, RESOURCE, BOTH])
    expect(statements[0]?.problems).toHaveLength(5)
    expect(why).toBe(noOther(statements[0]?.problems.join('; ') ?? ''))
  })

  it('names a whole statement where the closest one also says what cannot be told from here', async () => {
    expect(await explain([{ ...when({ Bool: { a: 'b' } }), Action: 'a:b' }])).toMatchObject({
      allowed: false,
      missing: WHOLE,
      statements: [{ applies: 'no' }],
    })
  })

  it.each(['allow', undefined, 'Maybe'])(
    'takes no statement of the effect %s for an allow',
    async (effect) => {
      expect(await explain([{ ...granted, Effect: effect }])).toMatchObject({ allowed: false })
    },
  )

  test.each<[string, object | null]>([
    ['another service', { Service: 's3.amazonaws.com' }],
    ['an account', { AWS: `arn:aws:iam::${ACCOUNT}:root` }],
    ['a federated user', { Federated: '*' }],
    ['nobody', null],
  ])('%s: a whole statement is missing', async (_, principal) => {
    expect(await explain([{ ...granted, Principal: principal }])).toMatchObject({
      allowed: false,
      why: `No statement lets ${ELB} in.`,
      missing: WHOLE,
    })
  })

  it('no policy at all, which Lambda does not tell from no such function', async () => {
    const server = await startPolicyServer()
    expect(await explainAlbAccess({ ...given, ...server.reach })).toMatchObject({
      allowed: false,
      why: `${QUOTE} has no resource-based policy, or does not exist, which Lambda does not tell apart.`,
      statements: [],
      missing: WHOLE,
    })
  })

  it("no policy of the alias: the function's own does not count", async () => {
    const server = await startPolicyServer()
    server.policies.set(QUOTE, [granted])
    const { allowed, why } = await explainAlbAccess({ ...given, ...server.reach, qualifier: 'live' })
    expect(allowed).toBe(false)
    expect(why).toBe(
      `${QUOTE}:live has no resource-based policy, or does not exist, which Lambda does not tell apart. ` +
        "What is allowed without a qualifier, or for another one, does not count for 'live'.",
    )
  })
})

describe('an explicit deny', () => {
  it('wins and is named', async () => {
    const { Sid: _, ...nameless } = { ...granted, Effect: 'Deny', Principal: '*', Condition: undefined }
    expect(await explain([granted, nameless])).toMatchObject({
      allowed: false,
      why: "Statement '#2' denies it, whatever others allow.",
      missing: [],
      statements: [{ applies: 'yes' }, { id: '#2', applies: 'yes' }],
    })
  })

  it('does not matter where it does not apply', async () => {
    const deny = { ...granted, Sid: 'no', Effect: 'Deny', Action: 'lambda:GetFunction' }
    expect(await explain([deny, granted])).toMatchObject({ allowed: true })
  })

  it('that may apply is named too', async () => {
    const deny = {
      ...granted,
      Sid: 'no',
      Effect: 'Deny',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }
    const line =
      'Condition Bool aws:SecureTransport is "false", and whether it holds cannot be told from here'
    expect(await explain([deny, granted])).toMatchObject({
      allowed: false,
      why: `Statement 'no' may deny it: ${line}.`,
      missing: [],
    })
  })
})

describe('what cannot be told from here', () => {
  test.each<[string, object, string]>([
    [
      'another key',
      { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
      'StringEquals aws:PrincipalOrgID is "o-1"',
    ],
    ['another operator', { Null: { 'aws:SourceArn': 'false' } }, 'Null aws:SourceArn is "false"'],
    [
      'a set operator',
      { 'ForAnyValue:StringLike': { 'aws:SourceArn': '*' } },
      'ForAnyValue:StringLike aws:SourceArn is "*"',
    ],
    [
      'a variable',
      { StringLike: { 'aws:SourceArn': '${aws:PrincipalArn}' } },
      'StringLike aws:SourceArn is "${aws:PrincipalArn}"',
    ],
    ['a key that every object has', { StringLike: { constructor: '*' } }, 'StringLike constructor is "*"'],
  ])('counts as not allowed and is named: %s', async (_, condition, line) => {
    const problem = `Condition ${line}, and whether it holds cannot be told from here`
    expect(await explain([when({ ...condition, ArnLike: { 'aws:SourceArn': TARGET_GROUP } })])).toMatchObject(
      {
        allowed: false,
        why: `Statement 'web' allows it only perhaps: ${problem}.`,
        missing: WHOLE,
        statements: [{ applies: 'unknown', problems: [problem] }],
      },
    )
  })

  it('is named for each line', async () => {
    const { why, statements } = await explain([when({ Bool: { a: 'b', c: 'd' } })])
    const problems = statements[0]?.problems ?? []
    expect(problems).toHaveLength(2)
    expect(why).toBe(`Statement 'web' allows it only perhaps: ${problems.join('; ')}.`)
  })

  it('may stand beside what can be told in a list', async () => {
    const list = [OTHER_GROUP, '${aws:PrincipalArn}']
    expect(await explain([when({ StringLike: { 'aws:SourceArn': list } })])).toMatchObject({
      allowed: false,
      statements: [{ applies: 'unknown' }],
    })
  })

  it('does not matter where another line does not hold', async () => {
    const { statements } = await explain([
      when({ Bool: { a: 'b' }, ArnLike: { 'aws:SourceArn': OTHER_GROUP } }),
    ])
    expect(statements).toMatchObject([{ applies: 'no' }])
    expect(statements[0]?.problems).toHaveLength(2)
  })
})

describe('the commands', () => {
  it('do the same by hand', async () => {
    const { commands } = await explain([], 'live')
    expect(commands).toStrictEqual({
      addPermission:
        `aws lambda add-permission --function-name ${QUOTE}:live --statement-id alb-web-73e2d6bc24d8a067 ` +
        `--principal ${ELB} --action lambda:InvokeFunction --source-arn ${TARGET_GROUP} ` +
        `--source-account ${ACCOUNT} --region ${REGION}`,
      registerTargets: `aws elbv2 register-targets --target-group-arn ${TARGET_GROUP} --targets Id=${QUOTE}:live --region ${REGION}`,
    })
  })

  it('are safe for a shell', async () => {
    const { commands } = await explain([], '$LATEST.PUBLISHED')
    expect(commands.addPermission).toContain(`--function-name '${QUOTE}:$LATEST.PUBLISHED' `)
    expect(commands.registerTargets).toContain(`'${QUOTE}:$LATEST.PUBLISHED'`)
  })
})

it('says which permission is missing to read the policy', async () => {
  const server = await startPolicyServer()
  server.intercept = () => denied(null)
  const error = await rejectionOf(explainAlbAccess({ ...given, ...server.reach }))
  expect(error).toMatchObject({ name: 'AlbPermissionError', code: 'AccessDeniedException' })
  expect(error.message).toContain(`Allow the caller lambda:GetPolicy on ${QUOTE}.`)
})

it('keeps what it shows of a policy short', async () => {
  const { statements } = await explain([{ ...granted, Action: 'x'.repeat(5_000) }])
  expect(statements[0]?.problems[0]?.length).toBeLessThan(300)
})

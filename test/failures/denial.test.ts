import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { classify, type Evidence } from '../../src/failures/classify.js'
import { adviceAgainst, denialIn, type Denial } from '../../src/failures/denial.js'
import { InvokeError } from '../../src/failures/error.js'
import { answerError, networkError } from './sdk-shapes.js'

const ROLE = 'arn:aws:sts::111111111111:assumed-role/orders-api/i-0abc'
const QUOTE = 'arn:aws:lambda:eu-west-1:111111111111:function:quote:live'
const ELSEWHERE = 'arn:aws:lambda:eu-west-1:222222222222:function:quote'
const ACTION = 'lambda:InvokeFunction'
const HEAD = `User: ${ROLE} is not authorized to perform: ${ACTION} on resource: ${QUOTE}`
const NO_IDENTITY = `because no identity-based policy allows the ${ACTION} action`

const base = { action: ACTION, resource: QUOTE, principal: ROLE }

describe('the message of an access denial', () => {
  test.each<[string, Partial<Denial>]>([
    [NO_IDENTITY, { because: 'identity-based policy', explicit: false }],
    [
      `because no resource-based policy allows the ${ACTION} action`,
      { because: 'resource-based policy', explicit: false },
    ],
    [
      `because no permissions boundary allows the ${ACTION} action`,
      { because: 'permissions boundary', explicit: false },
    ],
    [`because no session policy allows the ${ACTION} action`, { because: 'session policy', explicit: false }],
    [
      `because no service control policy allows the ${ACTION} action`,
      { because: 'service control policy', explicit: false },
    ],
    [
      `because no resource control policy allows the ${ACTION} action`,
      { because: 'resource control policy', explicit: false },
    ],
    [
      `because no VPC endpoint policy allows the ${ACTION} action`,
      { because: 'VPC endpoint policy', explicit: false },
    ],
    [
      'with an explicit deny in an identity-based policy',
      { because: 'identity-based policy', explicit: true },
    ],
    [
      'with an explicit deny in a resource-based policy',
      { because: 'resource-based policy', explicit: true },
    ],
    ['with an explicit deny in a permissions boundary', { because: 'permissions boundary', explicit: true }],
    ['with an explicit deny in a session policy', { because: 'session policy', explicit: true }],
    ['with an explicit deny in a VPC endpoint policy', { because: 'VPC endpoint policy', explicit: true }],
    ['with an explicit deny', { explicit: true }],
    ['with an explicit deny in a policy of tomorrow', { explicit: true }],
    ['because no policy of tomorrow allows it', { explicit: false }],
    ['because this is something else', { explicit: false }],
    ['', { explicit: false }],
  ])('that ends "%s" is read', (reason, expected) => {
    expect(denialIn(`${HEAD} ${reason}`.trim())).toStrictEqual({ ...base, ...expected })
  })

  it('names the policy where AWS names it', () => {
    const policyArn = 'arn:aws:organizations::333333333333:policy/o-abc/service_control_policy/p-def'
    const expected = { ...base, because: 'service control policy', policyArn, explicit: true }
    const message = `${HEAD} with an explicit deny in a service control policy: ${policyArn}`
    expect(denialIn(message)).toStrictEqual(expected)
    expect(denialIn(`${message}.`)).toStrictEqual(expected)
    const dotted = 'arn:aws:iam::111111111111:policy/no.lambda'
    const identity = `${HEAD} with an explicit deny in an identity-based policy: ${dotted}.`
    expect(denialIn(identity)?.policyArn).toBe(dotted)
  })

  test.each([
    ROLE,
    'arn:aws:iam::111111111111:user/teams/orders/jane.doe@example.com',
    'arn:aws:iam::111111111111:root',
    'arn:aws-us-gov:sts::111111111111:federated-user/jane',
    'anonymous',
  ])('names the caller %s', (principal) => {
    expect(denialIn(HEAD.replace(ROLE, principal))?.principal).toBe(principal)
  })

  it('is found inside other words, over several lines and with the resource in quotes', () => {
    const message = `An error occurred: ${HEAD.replace(QUOTE, `"${QUOTE}"`).replaceAll(': ', ':\n  ')}\n${NO_IDENTITY}`
    expect(denialIn(message)).toStrictEqual({ ...base, because: 'identity-based policy', explicit: false })
  })

  it('may lack the resource', () => {
    const message = `User: ${ROLE} is not authorized to perform: ${ACTION} because no session policy allows the ${ACTION} action`
    expect(denialIn(message)).toStrictEqual({
      action: ACTION,
      principal: ROLE,
      because: 'session policy',
      explicit: false,
    })
  })

  it('may be cut anywhere: what is left is what is said', () => {
    const whole = `${HEAD} ${NO_IDENTITY}`
    const action = whole.indexOf(ACTION) + ACTION.length
    for (let length = 0; length <= whole.length; length += 1) {
      const denied = denialIn(whole.slice(0, length))
      if (length < whole.indexOf(ACTION) + 1) expect(denied).toBeUndefined()
      else expect(denied?.principal).toBe(ROLE)
      if (length >= action) expect(denied?.action).toBe(ACTION)
      expect(QUOTE.startsWith(denied?.resource ?? '')).toBe(true)
    }
  })

  test.each([
    '',
    'UnknownError',
    'Access Denied',
    'You are not authorized to perform this operation.',
    `User: ${'x'.repeat(1_001)} is not authorized to perform: ${ACTION}`,
    `User: ${ROLE} is not authorized to perform: ${'x'.repeat(201)}`,
  ])('says nothing in "%.40s"', (message) => {
    expect(denialIn(message)).toBeUndefined()
  })

  it('leaves out a resource that is too long, rather than naming half of it', () => {
    expect(denialIn(HEAD.replace(QUOTE, 'x'.repeat(1_001)))).toStrictEqual({
      action: ACTION,
      principal: ROLE,
      explicit: false,
    })
  })

  it('is not read beyond its first thousands of characters', () => {
    expect(denialIn(`${' '.repeat(8_000)}${HEAD}`)).toBeUndefined()
  })

  it('is answered, whatever it is', () => {
    const pieces = [
      'User: ',
      ' is not authorized to perform: ',
      ' on resource: ',
      '"',
      'with an explicit deny in a ',
      'because no ',
      'arn:',
      'x',
      ' ',
    ]
    const hostile = fc.array(fc.tuple(fc.constantFrom(...pieces), fc.nat(2_000)), { maxLength: 12 })
    fc.assert(
      fc.property(hostile, (parts) => {
        const message = parts.map(([piece, count]) => piece.repeat(count)).join('')
        const denied = denialIn(message)
        if (denied) expect(adviceAgainst(denied)).toMatch(/^[A-Z][^\n]*\.$/)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the advice', () => {
  const advise = (denial: Partial<Denial>): string => adviceAgainst({ ...base, explicit: false, ...denial })
  const CALLER = 'role orders-api of account 111111111111'

  test.each<[Denial['because'], string]>([
    ['identity-based policy', 'its identity-based policy'],
    [undefined, 'its identity-based policy'],
    ['resource-based policy', "the function's resource-based policy, or in its identity-based policy"],
    ['permissions boundary', 'its permissions boundary'],
    ['session policy', 'the session policy that its credentials were made with'],
    ['service control policy', 'the service control policies of its account'],
    ['resource control policy', "the resource control policies of the function's account"],
    ['VPC endpoint policy', 'the policy of the VPC endpoint that the call went through'],
  ])('for want of an allow in: %s', (because, place) => {
    expect(advise(because === undefined ? {} : { because })).toBe(
      `Allow ${CALLER} ${ACTION} on ${QUOTE} in ${place}.`,
    )
  })

  it('is to allow it on both sides when the function is in another account', () => {
    expect(advise({ because: 'identity-based policy', resource: ELSEWHERE })).toBe(
      `Allow ${CALLER} ${ACTION} on ${ELSEWHERE} in its identity-based policy, ` +
        "and in the function's resource-based policy, since the function belongs to account 222222222222.",
    )
    expect(advise({ because: 'resource-based policy', resource: ELSEWHERE })).toBe(
      `Allow ${CALLER} ${ACTION} on ${ELSEWHERE} in the function's resource-based policy.`,
    )
  })

  it('against a deny is to take it away, and names the policy if it can', () => {
    expect(advise({ because: 'resource-based policy', explicit: true })).toBe(
      `Take the deny of ${ACTION} on ${QUOTE} for ${CALLER} out of the function's resource-based policy, since no allow outweighs it.`,
    )
    const policyArn = 'arn:aws:organizations::3:policy/p'
    expect(advise({ because: 'service control policy', policyArn, explicit: true })).toContain(
      `out of the service control policies of its account (${policyArn}),`,
    )
    expect(advise({ explicit: true })).toContain('out of the policy that it stands in,')
  })

  test.each([
    [ROLE, 'role orders-api of account 111111111111'],
    ['arn:aws:iam::111111111111:role/service/orders-api', 'role orders-api of account 111111111111'],
    ['arn:aws:iam::111111111111:user/teams/jane', 'user jane of account 111111111111'],
    ['arn:aws:iam::111111111111:root', 'the root user of account 111111111111'],
    ['arn:aws:sts::111111111111:federated-user/jane', 'federated user jane of account 111111111111'],
    ['arn:aws:iam::aws:user/jane', 'arn:aws:iam::aws:user/jane'],
    ['arn:aws:ec2:eu-west-1:111111111111:instance/i-1', 'arn:aws:ec2:eu-west-1:111111111111:instance/i-1'],
    ['anonymous', 'anonymous'],
  ])('speaks of %s as %s', (principal, caller) => {
    expect(advise({ principal })).toContain(`Allow ${caller} ${ACTION} on`)
  })

  it('does without a resource, and without knowing the accounts', () => {
    expect(adviceAgainst({ action: ACTION, principal: ROLE, explicit: false })).toBe(
      `Allow ${CALLER} ${ACTION} in its identity-based policy.`,
    )
    expect(advise({ principal: 'anonymous' })).toContain('in its identity-based policy.')
    expect(advise({ principal: 'anonymous', because: 'resource-based policy' })).toContain(
      "in the function's resource-based policy.",
    )
    expect(advise({ resource: 'arn:aws:s3:::quotes' })).toContain('in its identity-based policy.')
  })
})

describe('an AccessDenied on invoke', () => {
  const sent: Evidence = { reached: true, ran: 'maybe', nowMs: 0 }
  const thrown = answerError('AccessDeniedException', 403, `${HEAD} ${NO_IDENTITY}`)

  function errorFor(error: Error, evidence = sent): InvokeError {
    return new InvokeError(classify(error, evidence), { target: 'quote:live', attempts: [], elapsedMs: 12 })
  }

  it('says which permission is missing, on what, for whom, and what to add', () => {
    const error = errorFor(thrown)
    expect(error).toMatchObject({ code: 'AccessDeniedException', kind: 'permission', mayHaveRun: false })
    expect(error.denied).toStrictEqual({ ...base, because: 'identity-based policy', explicit: false })
    expect(error.message).toBe(
      `"quote:live" failed: AccessDeniedException (${HEAD} ${NO_IDENTITY}) without an attempt in 12 ms; it did not run. ` +
        `Allow role orders-api of account 111111111111 ${ACTION} on ${QUOTE} in its identity-based policy.`,
    )
    expect(error.verdict.advice).toMatch(/^Allow role orders-api/)
  })

  it('shows it in logs once, and not among the fields that loggers copy', () => {
    const error = errorFor(thrown)
    expect(error.toJSON()['denied']).toStrictEqual(error.denied)
    expect(Object.keys(error)).not.toContain('denied')
    expect(inspect(error)).toContain("because: 'identity-based policy'")
  })

  it('says where to look when AWS says nothing, as to another account', () => {
    const error = errorFor(answerError('AccessDeniedException', 403, 'UnknownError'))
    expect(error.denied).toBeUndefined()
    expect(error.toJSON()).not.toHaveProperty('denied')
    expect(error.message).toContain('(HTTP 403 without a message)')
    expect(error.message).toContain(
      "Allow lambda:InvokeFunction on the function's ARN and qualified ARN, and across accounts in its policy.",
    )
  })

  it('is the same from a mock, and under the other spelling', () => {
    const bare = networkError(HEAD, { name: 'AccessDeniedException' })
    expect(classify(bare, { ...sent, reached: undefined }).denied).toStrictEqual({ ...base, explicit: false })
    expect(classify(answerError('AccessDenied', 403, HEAD), sent).denied).toStrictEqual({
      ...base,
      explicit: false,
    })
  })

  it('leaves the verdict that all share as it is', () => {
    expect(classify(thrown, sent).verdict).toMatchObject({ retry: 'never', ran: 'no', breaker: 'ignore' })
    expect(classify(answerError('AccessDeniedException', 403, ''), sent).verdict.advice).toMatch(
      /^Allow lambda:InvokeFunction on the function's ARN/,
    )
  })

  it('is not read into other errors, nor into those of a credential provider', () => {
    expect(classify(answerError('ServiceException', 500, HEAD), sent)).not.toHaveProperty('denied')
    const provider = classify(thrown, { reached: false, ran: 'no', nowMs: 0 })
    expect(provider.code).toBe('CredentialsUnavailable')
    expect(provider).not.toHaveProperty('denied')
  })

  it('stays on one line of bounded length', () => {
    const long = `User: ${'p'.repeat(990)} is not authorized to perform: ${ACTION} on resource: ${'r'.repeat(990)}`
    const { message } = errorFor(answerError('AccessDeniedException', 403, long))
    expect(message.length).toBeLessThanOrEqual(2_000)
    expect(message).not.toMatch(/[\n\t]/)
  })
})

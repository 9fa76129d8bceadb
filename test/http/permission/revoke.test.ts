import { describe, expect, it } from 'vitest'
import { explainAlbAccess } from '../../../src/http/permission/explain.js'
import { grantAlb } from '../../../src/http/permission/grant.js'
import { revokeAlb } from '../../../src/http/permission/revoke.js'
import { parsePermission } from '../../../src/http/permission/settings.js'
import { statementFor } from '../../../src/http/permission/statement.js'
import { denied, OTHER_GROUP, QUOTE, startPolicyServer, TARGET_GROUP } from './policy-server.js'
import { rejectionOf } from './support.js'

const given = { function: 'quote', targetGroupArn: TARGET_GROUP }
const granted = statementFor(parsePermission(given))
const ID = 'alb-web-73e2d6bc24d8a067'

function fromSource(Sid: string, sourceArn: unknown): object {
  return { ...granted, Sid, Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } } }
}

describe('revoking', () => {
  it('takes back what was granted', async () => {
    const server = await startPolicyServer()
    await grantAlb({ ...given, ...server.reach })
    expect(await revokeAlb({ ...given, ...server.reach })).toStrictEqual({
      removed: [ID],
      stillAllowedBy: [],
    })
    expect(server.policies).toEqual(new Map())
    expect(await explainAlbAccess({ ...given, ...server.reach })).toMatchObject({ allowed: false })
  })

  it('is fine when there is nothing', async () => {
    const server = await startPolicyServer()
    const nothing = { removed: [], stillAllowedBy: [] }
    expect(await revokeAlb({ ...given, ...server.reach })).toStrictEqual(nothing)
    server.policies.set(QUOTE, [fromSource('api', OTHER_GROUP)])
    expect(await revokeAlb({ ...given, ...server.reach })).toStrictEqual(nothing)
    expect(await revokeAlb({ ...given, ...server.reach, statementId: 'web' })).toStrictEqual(nothing)
    expect(server.requests.map(({ operation }) => operation)).toEqual(['GetPolicy', 'GetPolicy', 'GetPolicy'])
  })

  it('removes every statement for exactly this target group, whatever its id', async () => {
    const server = await startPolicyServer()
    const api = fromSource('api', OTHER_GROUP)
    const perhaps = {
      ...granted,
      Sid: 'org',
      Condition: { StringLike: { 'aws:SourceArn': [TARGET_GROUP] }, Bool: { 'aws:SecureTransport': 'true' } },
    }
    server.policies.set(QUOTE, [api, fromSource('elb1', TARGET_GROUP), granted, perhaps])
    expect(await revokeAlb({ ...given, ...server.reach })).toStrictEqual({
      removed: ['elb1', ID, 'org'],
      stillAllowedBy: [],
    })
    expect(server.policies.get(QUOTE)).toEqual([api])
  })

  it('leaves what lets others in too, and says that it still allows this one', async () => {
    const server = await startPolicyServer()
    const { Sid: _, ...nameless } = granted
    const broad = [
      fromSource('any', TARGET_GROUP.replace('web', '*')),
      fromSource('two', [TARGET_GROUP, OTHER_GROUP]),
      { ...granted, Sid: 'all', Condition: undefined },
      nameless,
      { ...granted, Sid: 'tag', Condition: { StringEquals: { 'aws:PrincipalTag/x': TARGET_GROUP } } },
      { ...granted, Sid: 'no', Effect: 'Deny' },
      {
        ...granted,
        Sid: 'account',
        Condition: {
          ArnLike: { 'AWS:SourceArn': TARGET_GROUP },
          StringEquals: { 'AWS:SourceAccount': '999999999999' },
        },
      },
    ]
    server.policies.set(QUOTE, [...broad, granted])
    expect(await revokeAlb({ ...given, ...server.reach })).toStrictEqual({
      removed: [ID],
      stillAllowedBy: ['any', 'two', 'all', '#4', 'tag'],
    })
    expect(server.policies.get(QUOTE)).toEqual(JSON.parse(JSON.stringify(broad)))
  })

  it('removes the statement of a given id and no other, whatever it says', async () => {
    const server = await startPolicyServer()
    server.policies.set(QUOTE, [granted, fromSource('web', OTHER_GROUP)])
    expect(await revokeAlb({ ...given, ...server.reach, statementId: 'web' })).toStrictEqual({
      removed: ['web'],
      stillAllowedBy: [ID],
    })
    expect(server.policies.get(QUOTE)).toEqual([granted])
  })

  it('clears the way after a conflict, as the error says', async () => {
    const server = await startPolicyServer()
    server.policies.set(QUOTE, [{ ...granted, Resource: '*', Action: '*' }])
    expect(await rejectionOf(grantAlb({ ...given, ...server.reach }))).toMatchObject({
      code: 'StatementConflict',
    })
    await revokeAlb({ ...given, ...server.reach, statementId: ID })
    expect(await grantAlb({ ...given, ...server.reach })).toMatchObject({ added: true })
  })

  it('works on the policy of the qualifier', async () => {
    const server = await startPolicyServer()
    for (const qualifier of ['7', 'live', undefined])
      await grantAlb({ ...given, ...server.reach, ...(qualifier && { qualifier }) })
    await revokeAlb({ ...given, ...server.reach, qualifier: 'live' })
    expect([...server.policies.keys()]).toEqual([`${QUOTE}:7`, QUOTE])
  })

  it('is fine when somebody else was faster', async () => {
    const server = await startPolicyServer()
    server.policies.set(QUOTE, [granted, fromSource('elb1', TARGET_GROUP)])
    server.intercept = ({ operation, body }) => {
      if (operation === 'RemovePermission' && body['StatementId'] === ID) server.policies.delete(QUOTE)
      return undefined
    }
    expect(await revokeAlb({ ...given, ...server.reach })).toStrictEqual({ removed: [], stillAllowedBy: [] })
  })

  it('says which permission is missing', async () => {
    const server = await startPolicyServer()
    server.policies.set(QUOTE, [granted])
    server.intercept = ({ operation }) => (operation === 'RemovePermission' ? denied(null) : undefined)
    const error = await rejectionOf(revokeAlb({ ...given, ...server.reach }))
    expect(error.message).toContain(`Allow the caller lambda:RemovePermission on ${QUOTE}.`)
  })
})

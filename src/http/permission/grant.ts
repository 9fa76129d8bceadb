import type { ResourcePolicy } from '../../transport/resource-policy.js'
import { conflict, refused } from './error.js'
import { readStatements, withPolicy } from './policy.js'
import type { AlbPermission, AlbPermissionOptions } from './settings.js'
import { INVOKE, LOAD_BALANCER, saysTheSame, statementFor, type PolicyStatement } from './statement.js'

/** How a permission came to be there. */
export interface AlbGrant {
  /** False where a statement that says the same was there already. */
  readonly added: boolean
  /** The id of the statement that is there now; undefined where somebody wrote it without one. */
  readonly statementId: string | undefined
  readonly statement: PolicyStatement
}

/**
 * Lets a load balancer's target group invoke a function: adds the statement to the function's resource-based policy.
 *
 * The same statement again is fine, under whatever id.
 *
 * Source: Elastic Load Balancing, "Lambda functions as targets", permission to invoke the function.
 *
 * @throws {InvalidSettingError} where the options do not fit, such as a function of another account or Region
 * @throws {AlbPermissionError} where another statement has the id (`StatementConflict`), or Lambda refuses
 */
export async function grantAlb(options: AlbPermissionOptions): Promise<AlbGrant> {
  return await withPolicy(options, async (policy, permission) => {
    const wanted = statementFor(permission)
    const before = await find(policy, permission, wanted)
    if (before) return before
    const added = await policy.add({
      statementId: permission.statementId,
      action: INVOKE,
      principal: LOAD_BALANCER,
      sourceArn: permission.targetGroup.arn,
      sourceAccount: permission.targetGroup.account,
    })
    if (added.ok) return { added: true, statementId: permission.statementId, statement: wanted }
    // Somebody was faster, or this request came through once and its answer was lost.
    const raced = added.failure.code === 'ResourceConflictException'
    const after = raced ? await find(policy, permission, wanted) : undefined
    if (after) return after
    throw refused('AddPermission', permission.resource, added.failure)
  })
}

/** The statement, if it is there already. @throws {AlbPermissionError} where another one has its id */
async function find(
  policy: ResourcePolicy,
  permission: AlbPermission,
  wanted: PolicyStatement,
): Promise<AlbGrant | undefined> {
  const statements = (await readStatements(policy, permission)) ?? []
  const same = statements.find((statement) => saysTheSame(statement, wanted))
  if (same) return { added: false, statementId: same.Sid, statement: same }
  const other = statements.find(({ Sid: id }) => id === permission.statementId)
  if (other) throw conflict(wanted, other)
  return undefined
}

import { assess, type AssessedStatement } from './assess.js'
import { refused } from './error.js'
import { readStatements, withPolicy } from './policy.js'
import type { AlbPermission, AlbPermissionOptions } from './settings.js'
import { conditionsOf } from './statement.js'

/** What became of a permission. */
export interface AlbRevocation {
  /** The ids of the statements that are gone by this call; empty where there was nothing. */
  readonly removed: readonly string[]
  /** Other statements that allow it, or may, since they speak of more than this target group. */
  readonly stillAllowedBy: readonly string[]
}

/**
 * Takes back what `grantAlb` gave: removes the statements that let exactly this target group in, or the one under the
 * given `statementId`, whatever it says. Nothing there is fine.
 *
 * @throws {InvalidSettingError} where the options do not fit, such as a function of another account or Region
 * @throws {AlbPermissionError} where Lambda refuses
 */
export async function revokeAlb(options: AlbPermissionOptions): Promise<AlbRevocation> {
  return await withPolicy(options, async (policy, permission) => {
    const statements = (await readStatements(policy, permission)) ?? []
    const assessed = statements.map((statement, index) => assess(statement, index, permission))
    const meant = assessed.filter((statement) => isMeant(statement, permission))
    const removed: string[] = []
    for (const { id } of meant) {
      const answer = await policy.remove(id)
      if (answer.ok) removed.push(id)
      else if (answer.failure.code !== 'ResourceNotFoundException')
        throw refused('RemovePermission', permission.resource, answer.failure)
    }
    const others = assessed.filter((each) => !meant.includes(each) && mayAllow(each))
    return { removed, stillAllowedBy: others.map(({ id }) => id) }
  })
}

/** A statement without an id cannot be removed by itself. */
function isMeant(assessed: AssessedStatement, permission: AlbPermission): boolean {
  const { Sid: id } = assessed.statement
  if (id === undefined) return false
  if (permission.isStatementIdGiven) return id === permission.statementId
  return mayAllow(assessed) && isForOnly(assessed, permission.targetGroup.arn)
}

function mayAllow({ statement, applies }: AssessedStatement): boolean {
  return statement.Effect === 'Allow' && applies !== 'no'
}

function isForOnly({ statement }: AssessedStatement, targetGroupArn: string): boolean {
  return conditionsOf(statement).some(
    ({ key, values }) =>
      key.toLowerCase() === 'aws:sourcearn' && values.length === 1 && values[0] === targetGroupArn,
  )
}

import { assess, isForLoadBalancers, type AssessedStatement } from './assess.js'
import { commandsFor, type AlbCommands } from './commands.js'
import { missingFrom, wholeStatement } from './missing.js'
import { readStatements, withPolicy } from './policy.js'
import type { AlbPermission, AlbPermissionOptions } from './settings.js'
import { LOAD_BALANCER } from './statement.js'

/** Whether a target group may invoke a function, and why. */
export interface AlbAccess {
  readonly allowed: boolean
  /** In a sentence or two. */
  readonly why: string
  /** What each statement of the policy means for it. */
  readonly statements: readonly AssessedStatement[]
  /**
   * The lines to add, as they stand in a policy: those that the closest statement needs in place of its own, or a whole
   * statement; empty where it is allowed, and where a statement denies it, or may deny what another one allows.
   */
  readonly missing: readonly string[]
  readonly commands: AlbCommands
}

type Finding = Pick<AlbAccess, 'allowed' | 'why' | 'missing'>

/**
 * Reads a function's resource-based policy, and says whether a load balancer's target group may invoke exactly this
 * function, version or alias.
 *
 * What cannot be told from here, such as a condition on other keys, counts as not allowed, and is named in `why`.
 *
 * Source: Lambda, "Resource-based policies": for a service, only the resource-based policy counts.
 *
 * @throws {InvalidSettingError} where the options do not fit, such as a function of another account or Region
 * @throws {AlbPermissionError} where Lambda refuses
 */
export async function explainAlbAccess(options: AlbPermissionOptions): Promise<AlbAccess> {
  return await withPolicy(options, async (policy, permission) => {
    const found = await readStatements(policy, permission)
    const statements = (found ?? []).map((statement, index) => assess(statement, index, permission))
    const finding = found ? judge(statements, permission) : withoutPolicy(permission)
    return { ...finding, statements, commands: commandsFor(permission) }
  })
}

function judge(statements: readonly AssessedStatement[], permission: AlbPermission): Finding {
  const denies = statements.filter(({ statement }) => statement.Effect === 'Deny')
  const allows = statements.filter(({ statement }) => statement.Effect === 'Allow')
  const denying = denies.find(applying('yes'))
  if (denying) return no(`Statement '${denying.id}' denies it, whatever others allow.`)
  const allowing = allows.find(applying('yes'))
  const perhaps = allowing ? denies.find(applying('unknown')) : allows.find(applying('unknown'))
  if (perhaps) {
    const effect = allowing ? 'may deny it' : 'allows it only perhaps'
    const why = `Statement '${perhaps.id}' ${effect}: ${perhaps.problems.join('; ')}.`
    return no(why, allowing ? [] : wholeStatement(permission))
  }
  if (allowing) return { allowed: true, why: `Statement '${allowing.id}' allows it.`, missing: [] }
  return closest(allows, permission)
}

function closest(allows: readonly AssessedStatement[], permission: AlbPermission): Finding {
  const [nearest] = allows
    .filter(({ statement }) => isForLoadBalancers(statement))
    .toSorted((one, other) => one.problems.length - other.problems.length)
  if (nearest) {
    const why = `No statement allows it. Statement '${nearest.id}' comes closest: ${nearest.problems.join('; ')}.`
    return no(why, missingFrom(nearest.statement, permission))
  }
  return no(`No statement lets ${LOAD_BALANCER} in.${hint(permission)}`, wholeStatement(permission))
}

function withoutPolicy(permission: AlbPermission): Finding {
  const why = `${permission.resource} has no resource-based policy, or does not exist, which Lambda does not tell apart.${hint(permission)}`
  return no(why, wholeStatement(permission))
}

function hint({ qualifier }: AlbPermission): string {
  return qualifier === undefined
    ? ''
    : ` What is allowed without a qualifier, or for another one, does not count for '${qualifier}'.`
}

function no(why: string, missing: readonly string[] = []): Finding {
  return { allowed: false, why, missing }
}

function applying(wanted: AssessedStatement['applies']) {
  return ({ applies }: AssessedStatement): boolean => applies === wanted
}

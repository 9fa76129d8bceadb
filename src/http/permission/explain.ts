import { assess, isForLoadBalancers, type AssessedStatement } from './assess.js'
import { commandsFor, type AlbCommands } from './commands.js'
import { readStatements, withPolicy } from './policy.js'
import type { AlbPermission, AlbPermissionOptions } from './settings.js'
import { statementFor, LOAD_BALANCER } from './statement.js'

/** Whether a target group may invoke a function, and why. */
export interface AlbAccess {
  readonly allowed: boolean
  /** In a sentence or two. */
  readonly why: string
  /** What each statement of the policy means for it. */
  readonly statements: readonly AssessedStatement[]
  /** The lines that stand in the way: what the closest statement lacks, or a whole statement; empty where one denies it. */
  readonly missing: readonly string[]
  readonly commands: AlbCommands
}

type Finding = Pick<AlbAccess, 'allowed' | 'why' | 'missing'>

/**
 * Reads a function's resource-based policy, and says whether a load balancer's target group may invoke exactly this
 * function, version or alias.
 *
 * What cannot be told from here, such as a condition on other keys, counts as not allowed, and is named.
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
    return no(`Statement '${perhaps.id}' ${effect}: ${perhaps.problems.join('; ')}.`, perhaps.problems)
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
    return no(why, nearest.problems)
  }
  return no(`No statement lets ${LOAD_BALANCER} in.${hint(permission)}`, linesOf(permission))
}

function withoutPolicy(permission: AlbPermission): Finding {
  const why = `${permission.resource} has no resource-based policy, or does not exist, which Lambda does not tell apart.${hint(permission)}`
  return no(why, linesOf(permission))
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

/** The statement that is missing as a whole, line by line. */
function linesOf(permission: AlbPermission): readonly string[] {
  const { Sid: _id, ...lines } = statementFor(permission)
  return Object.entries(lines).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
}

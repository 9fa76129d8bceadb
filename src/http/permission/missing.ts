import { problemsWith } from './assess.js'
import type { AlbPermission } from './settings.js'
import { conditionsOf, statementFor, type PolicyStatement } from './statement.js'

/** All lines of the statement that lets the target group in. */
export function wholeStatement(permission: AlbPermission): readonly string[] {
  return linesOf(permission, () => true)
}

/** The lines that `statement` falls short of; a whole statement's where no other line makes up for one of its own. */
export function missingFrom(statement: PolicyStatement, permission: AlbPermission): readonly string[] {
  const needed = problemsWith(statement, permission).map(({ needs }) => needs)
  return needed.includes(undefined)
    ? wholeStatement(permission)
    : linesOf(permission, (name) => needed.includes(name))
}

/** Of the statement that lets the target group in; a condition goes by the name of its key. */
function linesOf(permission: AlbPermission, isNeeded: (name: string) => boolean): readonly string[] {
  const { Sid: _id, Condition: condition, ...elements } = statementFor(permission)
  const tests = conditionsOf({ Condition: condition }).filter(({ key }) => isNeeded(key.toLowerCase()))
  const block = tests.map(({ operator, key, values: [value] }) => [operator, { [key]: value }] as const)
  return [
    ...Object.entries(elements).filter(([name]) => isNeeded(name)),
    ...(block.length > 0 ? [['Condition', Object.fromEntries(block)] as const] : []),
  ].map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
}

import { cut } from '../../failures/text.js'
import type { AlbPermission } from './settings.js'
import {
  conditionsOf,
  INVOKE,
  LOAD_BALANCER,
  textsOf,
  type ConditionTest,
  type PolicyStatement,
} from './statement.js'
import type { TargetGroup } from '../target-group.js'
import { isLike } from '../wildcards.js'
import { isArnLike } from './arn-like.js'

/** What one statement of a policy means for a target group that invokes a function. */
export interface AssessedStatement {
  /** Its `Sid`; without one its place, such as `#2`. */
  readonly id: string
  /** Whether it applies to the invocation: all of its lines hold, one does not, or one cannot be told from here. */
  readonly applies: 'yes' | 'no' | 'unknown'
  /** One clause for each line that does not hold or cannot be told. */
  readonly problems: readonly string[]
  readonly statement: PolicyStatement
}

interface Problem {
  readonly applies: 'no' | 'unknown'
  readonly text: string
  /** What has to read otherwise: an element, or a condition's key in lower case; undefined where that would not tell. */
  readonly needs: string | undefined
}

/** Reads a statement as Lambda does for a service: only the resource-based policy counts. */
export function assess(
  statement: PolicyStatement,
  index: number,
  permission: AlbPermission,
): AssessedStatement {
  const problems = problemsWith(statement, permission)
  const isCertain = problems.some(({ applies }) => applies === 'no')
  return {
    id: statement.Sid ?? `#${index + 1}`,
    applies: isCertain ? 'no' : problems.length > 0 ? 'unknown' : 'yes',
    problems: problems.map(({ text }) => text),
    statement,
  }
}

/** What keeps a statement from applying, or from being known to. */
export function problemsWith(statement: PolicyStatement, permission: AlbPermission): readonly Problem[] {
  return [
    principalProblem(statement),
    problemWith(statement, 'Action', INVOKE, isAction),
    problemWith(statement, 'Resource', permission.resource, (pattern) =>
      isArnLike(pattern, permission.resource),
    ),
    ...conditionsOf(statement).map((test) => conditionProblem(test, permission)),
  ].filter((problem) => problem !== undefined)
}

/** Whether a statement is about load balancers at all. */
export function isForLoadBalancers(statement: PolicyStatement): boolean {
  return principalProblem(statement) === undefined
}

function principalProblem(statement: PolicyStatement): Problem | undefined {
  return problemWith(statement, 'Principal', LOAD_BALANCER, (name) => name === '*' || name === LOAD_BALANCER)
}

/** An action's name is compared without regard to case. */
function isAction(pattern: string): boolean {
  return isLike(pattern.toLowerCase(), INVOKE.toLowerCase())
}

function problemWith(
  statement: PolicyStatement,
  element: 'Principal' | 'Action' | 'Resource',
  wanted: string,
  matches: (pattern: string) => boolean,
): Problem | undefined {
  const negated = `Not${element}` as const
  const isNegated = statement[negated] !== undefined
  const name = isNegated ? negated : element
  const value = statement[name]
  const patterns = element === 'Principal' ? namesIn(value) : textsOf(value)
  if (patterns.some(matches) !== isNegated) return undefined
  return { applies: 'no', text: `${name} is ${shown(value)}, which leaves out ${wanted}`, needs: element }
}

/** Everybody is `*`, or `{ "AWS": "*" }`, which means the same. */
function namesIn(principal: unknown): readonly string[] {
  if (typeof principal !== 'object' || principal === null) return textsOf(principal)
  const { Service: services, AWS: accounts } = principal as {
    readonly Service?: unknown
    readonly AWS?: unknown
  }
  return [...textsOf(services), ...textsOf(accounts)]
}

const OPERATOR = /^(?<type>Arn|String)(?<not>Not)?(?<way>Like|Equals|EqualsIgnoreCase)(?:IfExists)?$/

function conditionProblem(
  { operator, key, values }: ConditionTest,
  { targetGroup }: AlbPermission,
): Problem | undefined {
  const line = `Condition ${operator} ${key} is ${shown(values.length === 1 ? values[0] : values)}`
  const actual = sourceOf(key, targetGroup)
  const groups = OPERATOR.exec(operator)?.groups
  // A value may refer to other keys of the request, as in ${aws:PrincipalTag/team}.
  if (actual === undefined || !groups || values.some((value) => value.includes('${')))
    return {
      applies: 'unknown',
      text: `${line}, and whether it holds cannot be told from here`,
      needs: undefined,
    }
  const { type, not, way = '' } = groups
  const holds = values.some((value) => compare(value, actual, type === 'Arn' ? 'Arn' : way))
  return holds === (not === undefined)
    ? undefined
    : { applies: 'no', text: `${line}, which leaves out ${actual}`, needs: key.toLowerCase() }
}

/** What a load balancer brings along; keys are compared without regard to case. */
function sourceOf(key: string, { arn, account }: TargetGroup): string | undefined {
  const name = key.toLowerCase()
  if (name === 'aws:sourcearn') return arn
  return name === 'aws:sourceaccount' ? account : undefined
}

function compare(pattern: string, actual: string, way: string): boolean {
  if (way === 'Arn') return isArnLike(pattern, actual)
  if (way === 'Like') return isLike(pattern, actual)
  return way === 'Equals' ? pattern === actual : pattern.toLowerCase() === actual.toLowerCase()
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : cut(JSON.stringify(value), 200)
}

import type { AlbPermission } from './settings.js'

/** A statement of a resource-based policy, as it stands in the policy's JSON. */
export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect?: unknown
  readonly Principal?: unknown
  readonly NotPrincipal?: unknown
  readonly Action?: unknown
  readonly NotAction?: unknown
  readonly Resource?: unknown
  readonly NotResource?: unknown
  readonly Condition?: unknown
}

/** One test of a condition block: `operator` holds between what is asked and one of `values`. */
export interface ConditionTest {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** Who invokes for a load balancer, and with what. */
export const LOAD_BALANCER = 'elasticloadbalancing.amazonaws.com'
export const INVOKE = 'lambda:InvokeFunction'

/** The statement that lets a load balancer in, as Lambda writes it. */
export function statementFor({ statementId, resource, targetGroup }: AlbPermission): PolicyStatement {
  return {
    Sid: statementId,
    Effect: 'Allow',
    Principal: { Service: LOAD_BALANCER },
    Action: INVOKE,
    Resource: resource,
    Condition: {
      StringEquals: { 'AWS:SourceAccount': targetGroup.account },
      ArnLike: { 'AWS:SourceArn': targetGroup.arn },
    },
  }
}

/** The statements of a policy's JSON; undefined where it is no policy. */
export function parsePolicy(json: string): readonly PolicyStatement[] | undefined {
  try {
    const { Statement: statements } = JSON.parse(json) as { readonly Statement?: unknown }
    const list: unknown[] = Array.isArray(statements) ? statements : [statements]
    return list.every(isStatement) ? list : undefined
  } catch {
    return undefined
  }
}

/** A value that may stand alone or in a list. */
export function textsOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map((item) =>
    typeof item === 'string' ? item : JSON.stringify(item),
  )
}

/** The tests of a statement's condition, all of which have to hold. */
export function conditionsOf({ Condition: condition }: PolicyStatement): readonly ConditionTest[] {
  return entriesOf(condition).flatMap(([operator, block]) =>
    entriesOf(block).map(([key, value]) => ({ operator, key, values: textsOf(value) })),
  )
}

/** Whether two statements say the same, whatever their ids and the way they are written. */
export function saysTheSame(one: PolicyStatement, other: PolicyStatement): boolean {
  return canonical(one) === canonical(other)
}

function canonical(statement: PolicyStatement): string {
  const { Sid: _id, Condition: _condition, ...elements } = statement
  const lines = [
    ...Object.entries(elements).map(([name, value]) => [name, unwrapped(value)]),
    ...conditionsOf(statement).map(({ operator, key, values }) => [
      isEquality(operator) ? 'Equals' : operator,
      key.toLowerCase(),
      values.toSorted(),
    ]),
  ]
  return lines
    .map((line) => JSON.stringify(line))
    .toSorted()
    .join()
}

/** Lambda compares a source's ARN with ArnLike, others write StringLike or ArnEquals: of the same ARN all say the same. */
function isEquality(operator: string): boolean {
  return /^(?:Arn|String)(?:Like|Equals)$/.test(operator)
}

function unwrapped(value: unknown): unknown {
  return isObject(value)
    ? entriesOf(value).map(([key, inner]) => [key, unwrapped(inner)])
    : textsOf(value).toSorted()
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : []
}

function isStatement(value: unknown): value is PolicyStatement {
  if (!isObject(value)) return false
  const { Sid: id, Condition: condition = {} } = value as {
    readonly Sid?: unknown
    readonly Condition?: unknown
  }
  const isNamed = id === undefined || typeof id === 'string'
  // A condition that cannot be read must not pass for none.
  return isNamed && isObject(condition) && Object.values(condition).every(isObject)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

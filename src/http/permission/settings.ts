import { InvalidSettingError, required, shape, textLike, type Parse } from '../../core/settings.js'
import { parseInvokerOptions } from '../../invoker/options.js'
import { parseTarget, withQualifier, type Target } from '../../invoker/target.js'
import type { ClientOptions } from '../../transport/clients.js'
import { parseTargetGroup, type TargetGroup } from '../target-group.js'

/** Which load balancer is meant to invoke which function, and how to reach Lambda. */
export interface AlbPermissionOptions extends ClientOptions {
  /** A name, a name with a qualifier, a partial or a full ARN; of the target group's account and region. */
  readonly function: string
  readonly targetGroupArn: string
  /** A version or an alias, where the target group is to be registered with it. @defaultValue the one in `function`, or none */
  readonly qualifier?: string
  /** 1 to 100 letters, digits, `-` and `_`. @defaultValue `alb-`, the target group's name and its id */
  readonly statementId?: string
}

/** Options that make sense. */
export interface AlbPermission {
  readonly targetGroup: TargetGroup
  /** Without the qualifier. */
  readonly functionArn: string
  readonly qualifier: string | undefined
  /** What the load balancer invokes: the function's ARN, with the qualifier where there is one. */
  readonly resource: string
  readonly statementId: string
  /** Whether the statement's id was given rather than made. */
  readonly isStatementIdGiven: boolean
  readonly reach: ClientOptions
}

const asGiven: Parse<unknown> = (given) => given

const known = shape({
  function: parseTarget,
  targetGroupArn: parseTargetGroup,
  qualifier: asGiven,
  statementId: textLike(/^[a-zA-Z0-9-_]{1,100}$/, "1 to 100 letters, digits, '-' and '_'"),
  client: asGiven,
  region: asGiven,
  endpoint: asGiven,
  credentials: asGiven,
})
const options = required(known, 'function', 'targetGroupArn')

/** @throws {InvalidSettingError} */
export function parsePermission(given: unknown): AlbPermission {
  const parsed = options(given, 'options')
  const { function: named, targetGroupArn: targetGroup, statementId, client, ...own } = parsed
  const { region, endpoint, credentials } = own
  const { reach } = parseInvokerOptions({ client, region, endpoint, credentials })
  if (reach.region !== undefined && reach.region !== targetGroup.region) {
    throw new InvalidSettingError('options.region', region, regionOf(targetGroup))
  }
  const { functionName, qualifier } = qualified(named, parsed.qualifier)
  const functionArn = arnIn(targetGroup, functionName)
  return {
    targetGroup,
    functionArn,
    qualifier,
    resource: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    statementId: statementId ?? `alb-${targetGroup.name}-${targetGroup.id}`,
    isStatementIdGiven: statementId !== undefined,
    reach,
  }
}

/** As the end of "must be …". */
export function regionOf({ region }: TargetGroup): string {
  return `'${region}', where the target group is`
}

function qualified(target: Target, given: unknown): Target {
  const result = given === undefined ? target : withQualifier(target, given, 'options.qualifier')
  const { qualifier } = result
  if (target.qualifier !== undefined && target.qualifier !== qualifier) {
    throw new InvalidSettingError(
      'options.qualifier',
      given,
      `'${target.qualifier}', as options.function has it`,
    )
  }
  if (qualifier === '$LATEST') {
    throw new InvalidSettingError(
      target.qualifier === undefined ? 'options.qualifier' : 'options.function',
      qualifier,
      'left without $LATEST, which has no policy: without a qualifier the same code is meant',
    )
  }
  return result
}

/**
 * The function's full ARN, so that no other function of the same name is meant, whatever the client's account.
 *
 * Source: Elastic Load Balancing, "Lambda functions as targets": same account and same Region as the target group.
 */
function arnIn({ partition, region, account }: TargetGroup, functionName: string): string {
  const homeIn = (id: string): string => `arn:${partition}:lambda:${region}:${id}:function:`
  const home = homeIn(account)
  const parts = functionName.split(':')
  const name = parts.pop() ?? ''
  const owner = parts.find((part) => part !== 'function')
  const given = owner === 'arn' ? `${parts.join(':')}:` : homeIn(owner ?? account)
  if (given === home) return home + name
  throw new InvalidSettingError(
    'options.function',
    functionName,
    `a function of the target group's account and region: ${home}…`,
  )
}

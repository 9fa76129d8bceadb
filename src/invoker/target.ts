import type { Subject } from '../core/call.js'
import { InvalidSettingError } from '../core/settings.js'

/** Which function is called, in which version and for which tenant. */
export interface Target {
  /** As it goes to Lambda: a name, a partial or a full ARN, without the qualifier. */
  readonly functionName: string
  readonly qualifier: string | undefined
  readonly tenantId: string | undefined
  /** From a full ARN, or that of a failover. */
  readonly region: string | undefined
}

const REGION = /(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d/.source
const VERSION = /\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]{1,128}/.source
const NAMED = new RegExp(
  String.raw`^(?:arn:aws[a-zA-Z-]*:lambda:(?<region>${REGION}):\d{12}:function:|(?:\d{12}:)?(?:function:)?)` +
    String.raw`(?<name>[a-zA-Z0-9-_.]{1,64})(?::(?<qualifier>${VERSION}))?$`,
)
const QUALIFIER = new RegExp(`^(?:${VERSION})$`)
const REGION_ALONE = new RegExp(`^${REGION}$`)
const ARN_REGION = /^(arn:[^:]+:lambda:)[^:]+/
const TENANT = /^[a-zA-Z0-9._:/=+\-@ ]{1,256}$/

const FORMS =
  "a function's name ('quote'), a name with a qualifier ('quote:live'), a partial ARN ('123456789012:function:quote') or a full ARN ('arn:aws:lambda:eu-west-1:123456789012:function:quote:live')"

/**
 * Reads a function's name or ARN.
 *
 * Source: Invoke API, `FunctionName`.
 *
 * @throws {InvalidSettingError} when Lambda would refuse it
 */
export function parseTarget(given: unknown, path = 'function'): Target {
  const match = typeof given === 'string' ? NAMED.exec(given) : null
  if (!match) throw new InvalidSettingError(path, given, FORMS)
  const { region, qualifier } = match.groups ?? {}
  const functionName = qualifier === undefined ? match[0] : match[0].slice(0, -qualifier.length - 1)
  return Object.freeze({ functionName, qualifier, tenantId: undefined, region })
}

/** @throws {InvalidSettingError} */
export function withQualifier(target: Target, given: unknown, path = 'qualifier'): Target {
  if (typeof given !== 'string' || !QUALIFIER.test(given)) {
    throw new InvalidSettingError(path, given, "a version ('7'), an alias ('live') or '$LATEST'")
  }
  return Object.freeze({ ...target, qualifier: given })
}

/** @throws {InvalidSettingError} */
export function withTenant(target: Target, given: unknown, path = 'tenant'): Target {
  if (typeof given !== 'string' || !TENANT.test(given)) {
    throw new InvalidSettingError(path, given, 'a tenant id of 1 to 256 letters, digits, spaces and ._:/=+-@')
  }
  return Object.freeze({ ...target, tenantId: given })
}

/** The same function in another region. @throws {InvalidSettingError} */
export function withRegion(target: Target, given: unknown, path = 'region'): Target {
  if (typeof given !== 'string' || !REGION_ALONE.test(given)) {
    throw new InvalidSettingError(path, given, "a region such as 'eu-central-1'")
  }
  const functionName = target.functionName.replace(ARN_REGION, `$1${given}`)
  return Object.freeze({ ...target, functionName, region: given })
}

/** The target as the policies see it; what belongs to one function, qualifier and tenant shares its state. */
export function subjectOf(
  { functionName, qualifier, tenantId, region }: Target,
  defaultRegion?: string,
): Subject {
  const invokedRegion = region ?? defaultRegion
  // An ARN says its region itself.
  const elsewhere = region === undefined || functionName.startsWith('arn:') ? '' : `@${region}`
  const name = (qualifier === undefined ? functionName : `${functionName}:${qualifier}`) + elsewhere
  return Object.freeze({
    name,
    // Joined into one flat string, since it is kept for as long as anything of the function is.
    key: [functionName, ':', qualifier, elsewhere, '/', tenantId].join(''),
    clientKey: invokedRegion ?? '',
    account: accountOf(functionName, invokedRegion),
    invoked: {
      name: functionName.slice(functionName.lastIndexOf(':') + 1),
      ...(qualifier !== undefined && { qualifier }),
      ...(invokedRegion !== undefined && { region: invokedRegion }),
      ...(tenantId !== undefined && { tenant: tenantId }),
    },
  })
}

/** Two names may lead to one account unseen: what names none is of the client's. */
function accountOf(functionName: string, region: string | undefined): string {
  const [, id] = /(?:^|:)(\d{12}):/.exec(functionName) ?? []
  const account = id === undefined ? "the client's account" : `account ${id}`
  return region === undefined ? account : `${account} in ${region}`
}

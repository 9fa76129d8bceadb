import { REGION, type Place } from '../parse-options.js'
import { serviceError } from './reply.js'
import type { Reply } from './reply.js'

export interface Target {
  readonly name: string
  /** As the caller gave it, in the name or beside it. */
  readonly qualifier: string | undefined
}

const FUNCTION_NAME = new RegExp(
  `^(?:arn:aws[a-zA-Z-]*:lambda:(?<arnRegion>${REGION}):(?<arnAccount>\\d{12}):|` +
    `(?:(?<region>${REGION}):)?(?:(?<account>\\d{12}):)?)(?:function:)?` +
    '(?<name>[a-zA-Z0-9-_.]+)(?::(?<qualifier>\\$LATEST(?:\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$',
)
const QUALIFIER = /^(?:\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]{1,128})$/
const BARE_NAME = /^[a-zA-Z0-9-_.]+$/

/** The function a request is for: its name, `name:qualifier`, a partial or a full ARN; or the error Lambda answers. */
export function parseTarget(given: string, queryQualifier: string | undefined, here: Place): Target | Reply {
  const groups = FUNCTION_NAME.exec(given)?.groups
  const tooLong = given.length > (BARE_NAME.test(given) ? 64 : 256)
  if (!groups?.['name'] || tooLong) return constraintFailed('functionName', given, FUNCTION_NAME.source)
  if (queryQualifier !== undefined && !QUALIFIER.test(queryQualifier)) {
    return constraintFailed('qualifier', queryQualifier, QUALIFIER.source)
  }
  const region = groups['arnRegion'] ?? groups['region'] ?? here.region
  if (region !== here.region) return unreachable(region, here.region)
  const account = groups['arnAccount'] ?? groups['account'] ?? here.accountId
  if (account !== here.accountId) return serviceError('AccessDeniedException', null)
  const derived = groups['qualifier']
  if (derived !== undefined && queryQualifier !== undefined && derived !== queryQualifier) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.'
    return serviceError('InvalidParameterValueException', message)
  }
  return { name: groups['name'], qualifier: derived ?? queryQualifier }
}

/** The full ARN, with the qualifier that was asked for. */
export function arnOf(name: string, qualifier: string | undefined, here: Place): string {
  const suffix = qualifier === undefined ? '' : `:${qualifier}`
  return `arn:aws:lambda:${here.region}:${here.accountId}:function:${name}${suffix}`
}

/** 404; Lambda names the qualifier even where none was asked for. */
export function notFound(target: Target, here: Place): Reply {
  const arn = arnOf(target.name, target.qualifier ?? '$LATEST', here)
  return serviceError('ResourceNotFoundException', `Function not found: ${arn}`)
}

/** 400 for a value outside the API's model. */
export function constraintFailed(member: string, value: string, pattern: string): Reply {
  const constraint = `Member must satisfy regular expression pattern: ${pattern}`
  const message = `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`
  return serviceError('ValidationException', message)
}

function unreachable(region: string, here: string): Reply {
  const message = `Functions from '${region}' are not reachable in this region ('${here}')`
  return serviceError('ResourceNotFoundException', message)
}

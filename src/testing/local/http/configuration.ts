import type { Place } from '../parse-options.js'
import type { LocalFunction } from '../runtime/local-function.js'
import { serviceError, type Reply } from './reply.js'
import { arnOf, type Target } from './target.js'

interface Surroundings {
  readonly place: Place
  readonly functions: ReadonlyMap<string, LocalFunction>
}

/** Answers GetFunctionConfiguration with what holds here: all but code, role and the like, which there is none of. */
export function configurationReply(target: Target, { place, functions }: Surroundings): Reply {
  const fn = functions.get(target.name)
  const version = fn?.versionOf(target.qualifier)
  const arn = arnOf(target.name, target.qualifier, place)
  // Unlike Invoke, it does not name $LATEST where no qualifier was asked for.
  if (!fn || version === undefined)
    return serviceError('ResourceNotFoundException', `Function not found: ${arn}`)
  const { timeoutMs, memoryMb, environment } = fn.settings
  const configuration = {
    FunctionName: target.name,
    FunctionArn: arn,
    Version: version,
    Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
    // Lambda counts in whole seconds; a shorter limit can only be had here.
    Timeout: Math.ceil(timeoutMs / 1_000),
    MemorySize: memoryMb,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    ...(Object.keys(environment).length > 0 && { Environment: { Variables: environment } }),
  }
  const headers = { 'content-type': 'application/json' }
  return { status: 200, headers, body: Buffer.from(JSON.stringify(configuration)) }
}

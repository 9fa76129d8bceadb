import type { Fn } from '../invoker/fn.js'
import { parseTarget } from '../invoker/target.js'
import { createClients } from '../transport/clients.js'
import { CommandError } from './command-error.js'
import type { ServeOptions } from './serve-options.js'

/** Refuses functions whose region nobody tells, which would show at the first request only. @throws {CommandError} */
export async function refuseWithoutRegion(
  functions: readonly Fn<unknown, unknown>[],
  { source, invoker }: Pick<ServeOptions, 'source' | 'invoker'>,
): Promise<void> {
  if (invoker['region'] !== undefined) return
  const names = functions.map((fn) => fn.toJSON().target)
  const homeless = names.find((name) => parseTarget(name).region === undefined)
  if (homeless === undefined || (await hasDefaultRegion())) return
  const setting = source === undefined ? '--region' : `invoker.region in ${source}`
  throw new CommandError(
    `The region of ${homeless} is not known: give ${setting} or its ARN, or set AWS_REGION or the region of a profile.`,
    1,
  )
}

/** As the SDK finds one. */
async function hasDefaultRegion(): Promise<boolean> {
  const clients = createClients({}, 1)
  try {
    return (await clients.clientOf(undefined).config.region()) !== ''
  } catch {
    return false
  } finally {
    clients.destroy()
  }
}

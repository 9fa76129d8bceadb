import { refusedAs } from '../../core/settings.js'
import { createClients } from '../../transport/clients.js'
import { resourcePolicyOf, type ResourcePolicy } from '../../transport/resource-policy.js'
import { refused, unreadable } from './error.js'
import { parsePermission, regionOf, type AlbPermission, type AlbPermissionOptions } from './settings.js'
import { parsePolicy, type PolicyStatement } from './statement.js'

/** One piece of work on the policy that options name. */
export type PolicyWork<T> = (policy: ResourcePolicy, permission: AlbPermission) => Promise<T>

/** Does the work with the client of the options, or one that is made for it and let go after it. */
export async function withPolicy<T>(options: AlbPermissionOptions, work: PolicyWork<T>): Promise<T> {
  const permission = parsePermission(options)
  const { targetGroup, functionArn, qualifier, reach } = permission
  const clients = createClients(reach, 1)
  try {
    const client = clients.clientOf(targetGroup.region)
    const region = await client.config.region().catch(() => 'no region')
    if (region !== targetGroup.region)
      throw refusedAs(`one for ${region}`, 'options.client', `a client for ${regionOf(targetGroup)}`)
    return await work(resourcePolicyOf(client, functionArn, qualifier), permission)
  } finally {
    clients.destroy()
  }
}

/** The policy's statements; undefined where there is no policy, or no such function, which Lambda tells alike. */
export async function readStatements(
  policy: ResourcePolicy,
  { resource }: AlbPermission,
): Promise<readonly PolicyStatement[] | undefined> {
  const answer = await policy.read()
  if (!answer.ok) {
    if (answer.failure.code === 'ResourceNotFoundException') return undefined
    throw refused('GetPolicy', resource, answer.failure)
  }
  const statements = parsePolicy(answer.value ?? '')
  if (!statements) throw unreadable(resource)
  return statements
}

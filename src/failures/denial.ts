/** The policies that can refuse a request, as AWS names them. */
export type DenyingPolicy =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'service control policy'
  | 'resource control policy'
  | 'VPC endpoint policy'

/** Who may not do what on which resource, as far as AWS says. */
export interface Denial {
  /** Such as `lambda:InvokeFunction`. */
  readonly action: string
  /** The ARN that the permission is missing on; old messages have none. */
  readonly resource?: string
  /** The caller's ARN, or what AWS says in its place. */
  readonly principal: string
  /** Which sort of policy does not allow it, or denies it. */
  readonly because?: DenyingPolicy
  /** The ARN of the policy that denies it; AWS names it inside an organization. */
  readonly policyArn?: string
  /** Whether a policy denies it, which no other policy can outweigh; otherwise none allows it. */
  readonly explicit: boolean
}

const MAX_CHARS = 8_000

// Nothing here can match in two ways, so that no text takes more than linear time.
const DENIED =
  /User: (?<principal>\S{1,1000}) is not authorized to perform: (?<action>\S{1,200})(?!\S)(?: on resource: "?(?<resource>[^\s"]{1,1000})"?(?!\S))?/
const POLICY =
  /(?:identity-based|resource-based|session|service control|resource control|VPC endpoint) policy|permissions boundary/
const IMPLICIT = new RegExp(`because no (?<policy>${POLICY.source}) allows`)
const EXPLICIT = new RegExp(
  `with an explicit deny(?: in an? (?<policy>${POLICY.source})(?:: (?<policyArn>arn:\\S{1,1000}))?)?`,
)

/**
 * What the message of an access denial says; undefined where it says nothing, as to callers from other accounts.
 *
 * Source: IAM User Guide, "Troubleshoot access denied error messages".
 */
export function denialIn(message: string): Denial | undefined {
  const text = message.slice(0, MAX_CHARS).replace(/\s+/g, ' ')
  const { principal, action, resource } = DENIED.exec(text)?.groups ?? {}
  if (principal === undefined || action === undefined) return undefined
  const explicit = EXPLICIT.exec(text)
  const { policy, policyArn } = (explicit ?? IMPLICIT.exec(text))?.groups ?? {}
  return {
    action,
    ...(resource !== undefined && { resource }),
    principal,
    ...(policy !== undefined && { because: policy as DenyingPolicy }),
    ...(policyArn !== undefined && { policyArn: policyArn.replace(/\.$/, '') }),
    explicit: explicit !== null,
  }
}

/** Where a policy of each sort is found, as the end of a sentence about the caller. */
const PLACES: Readonly<Record<DenyingPolicy, string>> = {
  'identity-based policy': 'its identity-based policy',
  'resource-based policy': "the function's resource-based policy",
  'permissions boundary': 'its permissions boundary',
  'session policy': 'the session policy that its credentials were made with',
  'service control policy': 'the service control policies of its account',
  'resource control policy': "the resource control policies of the function's account",
  'VPC endpoint policy': 'the policy of the VPC endpoint that the call went through',
}

/** What to do about a denial: which statement, for whom, and in which policy; one sentence. */
export function adviceAgainst(denial: Denial): string {
  const { action, resource, because, policyArn, explicit } = denial
  const what = resource === undefined ? action : `${action} on ${resource}`
  if (!explicit) return `Allow ${callerOf(denial)} ${what} in ${placesToAllow(denial)}.`
  const place = because === undefined ? 'the policy that it stands in' : PLACES[because]
  const named = policyArn === undefined ? place : `${place} (${policyArn})`
  return `Take the deny of ${what} for ${callerOf(denial)} out of ${named}, since no allow outweighs it.`
}

function placesToAllow({ because = 'identity-based policy', principal, resource }: Denial): string {
  const place = PLACES[because]
  const [caller, owner] = [accountOf(principal), accountOf(resource)]
  if (caller === undefined || owner === undefined) return place
  // Inside one account either of the two is enough, between two accounts both are needed.
  if (because === 'resource-based policy' && caller === owner)
    return `${place}, or in ${PLACES['identity-based policy']}`
  if (because === 'identity-based policy' && caller !== owner)
    return `${place}, and in ${PLACES['resource-based policy']}, since the function belongs to account ${owner}`
  return place
}

const CALLER = /^arn:[^:]*:(?:iam|sts)::(?<account>\d+):(?<type>[a-z-]+)(?:\/(?<path>.*))?$/

/** The caller as policies know it: a session belongs to a role, which the policies are attached to. */
function callerOf({ principal }: Denial): string {
  const { account, type, path = '' } = CALLER.exec(principal)?.groups ?? {}
  if (type === undefined) return principal
  if (type === 'root') return `the root user of account ${account}`
  const names = path.split('/')
  return type === 'assumed-role'
    ? `role ${names[0]} of account ${account}`
    : `${type.replace('-', ' ')} ${names.at(-1)} of account ${account}`
}

function accountOf(arn: string | undefined): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d+):/.exec(arn ?? '')?.[1]
}

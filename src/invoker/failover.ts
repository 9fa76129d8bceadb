import type { Cells } from '../core/cells/cells.js'
import type { Duration } from '../core/duration.js'
import type { Next } from '../core/policy.js'
import { duration, InvalidSettingError, listOf, refusedAs, shape, type Parse } from '../core/settings.js'
import type { FailoverTarget as RunnableTarget } from '../policies/failover.js'
import type { PipelineParts } from './pipeline.js'
import type { Plan } from './plan.js'
import { parseTarget, subjectOf, withQualifier, withRegion, type Target } from './target.js'

/**
 * Where to turn: a qualifier (`':live'`), a function's name or ARN, or what is to differ from the first target.
 *
 * It is called with the first target's plan, and has state of its own.
 */
export type FailoverTarget =
  | string
  | {
      /** Another function's name or ARN. */
      readonly name?: string
      readonly qualifier?: string
      /** Another region, where the function has the same name. */
      readonly region?: string
    }

/** What `.failover()` takes beside the targets. */
export interface FailoverOptions {
  /** The longest that each target but the last may take. @defaultValue none: what remains of the deadline */
  readonly within?: Duration
}

/** What differs from the first target. */
interface Change {
  readonly name?: Target
  readonly qualifier?: string
  readonly region?: string
}

/** Where a chain of its own runs. */
interface ChainHost extends Omit<PipelineParts, 'observers'> {
  readonly cells: Cells
}

/** A chain with a plan of its own, perhaps of another invoker. */
export class OtherChain {
  readonly plan: Plan
  readonly host: ChainHost

  constructor(plan: Plan, host: ChainHost) {
    this.plan = plan
    this.host = host
  }
}

/** Where to turn when the first target cannot help, and how long each target but the last may take, in ms. */
export interface FailoverPlan {
  readonly targets: readonly (Change | OtherChain)[]
  readonly withinMs?: number
}

const FORMS = "a qualifier (':live'), a function's name or ARN, or an object with name, qualifier or region"
const ANY: Target = parseTarget('any')

const change = shape({
  name: parseTarget,
  qualifier: (given, path) => withQualifier(ANY, given, path).qualifier as string,
  region: (given, path) => withRegion(ANY, given, path).region as string,
})

const options = shape({ targets: listOf(parseOther), within: duration(1) })

function parseOther(given: unknown, path: string): Change | OtherChain {
  if (given instanceof OtherChain) return given
  if (typeof given === 'string' && given.startsWith(':')) return change({ qualifier: given.slice(1) }, path)
  if (typeof given === 'string') return { name: parseTarget(given, path) }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InvalidSettingError(path, given, FORMS)
  const parsed = change(given, path)
  if (Object.keys(parsed).length === 0) throw new InvalidSettingError(path, given, FORMS)
  return parsed
}

/** @throws {InvalidSettingError} */
export const parseFailover: Parse<FailoverPlan> = function parseFailover(given, path) {
  const { targets = [], ...rest } = options(given, path)
  if (targets.length > 0) return Object.freeze({ targets, ...rest })
  throw new InvalidSettingError(`${path}.targets`, targets, 'a list of at least one target')
}

/** The target that a change leads to; the tenant stays, since the call is on its behalf. */
function changed(first: Target, { name, qualifier, region }: Change): Target {
  const other = name ? { ...name, tenantId: first.tenantId } : first
  const qualified = qualifier === undefined ? other : withQualifier(other, qualifier)
  return region === undefined ? qualified : withRegion(qualified, region)
}

/** Each other target once, with the plan that it is called by. */
export function otherPlans(
  plan: Plan,
  region?: string,
): { readonly plan: Plan; readonly chain?: OtherChain }[] {
  if (!plan.failover) return []
  const seen = new Set([identityOf(plan.target, region)])
  return plan.failover.targets.flatMap((other) => {
    if (other instanceof OtherChain) return { plan: other.plan, chain: other }
    const target = changed(plan.target, other)
    const identity = identityOf(target, region)
    // A function that is called under its failover's own name has nowhere to turn to there.
    if (seen.has(identity)) return []
    seen.add(identity)
    return { plan: { ...plan, target } }
  })
}

function identityOf(target: Target, defaultRegion: string | undefined): string {
  return JSON.stringify({ ...target, region: target.region ?? defaultRegion })
}

/** The other targets made to run; `build` makes what is inside of the failover, so that a chain's own has no part. */
export function otherTargets(
  plan: Plan,
  parts: PipelineParts,
  build: (plan: Plan, parts: PipelineParts) => Next,
): RunnableTarget[] {
  return otherPlans(plan, parts.region).map((other) => {
    const { host } = other.chain ?? {}
    const itsParts = host ? { ...host, observers: parts.observers } : parts
    return {
      subject: subjectOf(other.plan.target, itsParts.region),
      next: build(other.plan, itsParts),
      ...(host && { idempotent: other.plan.idempotent !== false, cells: host.cells }),
    }
  })
}

/** @throws {InvalidSettingError} where a target is in another region, and the one client that was handed in is for one */
export function refuseOtherRegions({ failover, target }: Plan, path = 'failover'): void {
  if (!failover) return
  for (const [index, other] of failover.targets.entries()) {
    if (other instanceof OtherChain) continue
    const { region } = changed(target, other)
    if (region === undefined || region === target.region) continue
    if (other.region === undefined && target.region === undefined) continue
    throw refusedAs(
      `${region}, where the client that was handed in cannot reach it`,
      `${path}.targets[${index}]`,
      'in the region of the first: for others hand in a function that has a client for each region, or none',
    )
  }
}

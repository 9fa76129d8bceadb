import type { Duration } from '../core/duration.js'
import { duration, flag, InvalidSettingError, orOff, shape, type Parse } from '../core/settings.js'
import { ADAPTIVE_DEFAULTS, parseAdaptive, type AdaptiveOptions } from '../policies/adaptive-settings.js'
import { BREAKER_DEFAULTS, parseBreaker, type BreakerOptions } from '../policies/breaker.js'
import { BULKHEAD_DEFAULTS, parseBulkhead, type BulkheadOptions } from '../policies/bulkhead.js'
import { parseDeadLetter, type DeadLetterOptions, type DeadLetterSink } from '../policies/dead-letter.js'
import { parseFallback, type FallbackOptions } from '../policies/fallback.js'
import { HEDGE_DEFAULTS, parseHedge, type HedgeOptions } from '../policies/hedge-settings.js'
import { parseRetry, RETRY_DEFAULTS, type RetryOptions } from '../policies/retry-settings.js'
import { parseFailover, type FailoverOptions, type FailoverTarget } from './failover.js'
import { parseTarget, withQualifier, withTenant } from './target.js'
import type { Plan } from './plan.js'

/** Settings of one function, or the defaults of all: plain data, as from a JSON file. `false` switches a policy off. */
export interface Settings {
  /** The limit of the whole call, waits and bodies included. @defaultValue '60s' */
  readonly deadline?: Duration | false
  /** The limit of one attempt. @defaultValue false */
  readonly timeout?: Duration | false
  readonly retry?: RetryOptions | false
  /** How many attempts may be in flight, as throttles tell; `true` for the defaults. @defaultValue false */
  readonly adaptive?: AdaptiveOptions | boolean
  readonly circuitBreaker?: BreakerOptions | false
  readonly bulkhead?: BulkheadOptions | false
  /** A second attempt when the first is slow; as a default for all functions it is left out where calls are not idempotent. @defaultValue false */
  readonly hedge?: HedgeOptions | false
  /** The value that answers when the call cannot. @defaultValue false */
  readonly fallback?: (FallbackOptions & { readonly value: unknown }) | false
  /** Where to turn when the function cannot help now. @defaultValue false */
  readonly failover?: (FailoverOptions & { readonly targets: readonly FailoverTarget[] }) | false
  /** Who takes what failed for good. @defaultValue false */
  readonly deadLetter?: (DeadLetterOptions & { readonly sink: DeadLetterSink }) | false
  /** Whether running the function twice for one call does no harm. @defaultValue false */
  readonly idempotent?: boolean
  /** Whether replies and errors carry the last 4 KB of the log. @defaultValue false */
  readonly logs?: boolean
  readonly clientContext?: Readonly<Record<string, unknown>>
  /** Whether the function is told how long the caller waits, and which attempt it is. @defaultValue false */
  readonly forward?: boolean
}

/** Settings of one function of an invoker. */
export interface FunctionSettings extends Settings {
  /** The function's name or ARN in AWS, where it differs from the name it is called by. */
  readonly name?: string
  readonly qualifier?: string
  readonly tenant?: string
}

type Apply = (plan: Plan, given: unknown, path: string) => Partial<Plan>

const parseLimit = orOff(duration(1))

/** A policy that can be switched off, and on again over what it was or its defaults. */
function switchable<K extends 'retry' | 'adaptive' | 'circuitBreaker' | 'bulkhead' | 'hedge'>(
  key: K,
  parse: (given: unknown, path: string, base?: Exclude<Plan[K], false>) => Exclude<Plan[K], false>,
): Apply {
  return (plan, given, path) => {
    const current = plan[key] as Exclude<Plan[K], false> | false
    const parseOver = orOff((value, at) => parse(value, at, current === false ? undefined : current))
    return { [key]: parseOver(given, path) }
  }
}

/** How each setting changes a plan; the keys are the ones that settings may have. */
const APPLY: Readonly<Record<keyof FunctionSettings, Apply>> = {
  name: ({ target }, given, path) => ({ target: { ...parseTarget(given, path), tenantId: target.tenantId } }),
  qualifier: ({ target }, given, path) => ({ target: withQualifier(target, given, path) }),
  tenant: ({ target }, given, path) => ({ target: withTenant(target, given, path) }),
  deadline: (_, given, path) => ({ deadline: limit(given, path) }),
  timeout: (_, given, path) => ({ timeout: limit(given, path) }),
  retry: switchable('retry', (given, path, base = RETRY_DEFAULTS) => parseRetry(given, path, base)),
  adaptive: switchable('adaptive', (given, path, base = ADAPTIVE_DEFAULTS) =>
    parseAdaptive(given, path, base),
  ),
  circuitBreaker: switchable('circuitBreaker', (given, path, base = BREAKER_DEFAULTS) =>
    parseBreaker(given, path, base),
  ),
  bulkhead: switchable('bulkhead', (given, path, base = BULKHEAD_DEFAULTS) =>
    parseBulkhead(given, path, base),
  ),
  hedge: switchable('hedge', (given, path, base = HEDGE_DEFAULTS) => parseHedge(given, path, base)),
  fallback: (_, given, path) => ({ fallback: given === false ? false : fallbackValue(given, path) }),
  failover: (_, given, path) => ({ failover: orOff(parseFailover)(given, path) }),
  deadLetter: (_, given, path) => ({ deadLetter: orOff(parseDeadLetter)(given, path) }),
  idempotent: (_, given, path) => ({ idempotent: flag(given, path) }),
  logs: (_, given, path) => ({ logs: flag(given, path) }),
  clientContext: (_, given, path) => ({ clientContext: jsonObject(given, path) }),
  forward: (_, given, path) => ({ forward: flag(given, path) }),
}

function limit(given: unknown, path: string): { readonly limitMs: number } | false {
  const limitMs = parseLimit(given, path)
  return limitMs !== false && { limitMs }
}

function fallbackValue(given: unknown, path: string): Plan['fallback'] {
  if (typeof given !== 'object' || given === null || !('value' in given)) {
    throw new InvalidSettingError(path, given, 'false or an object with a value')
  }
  const { value, ...options } = given
  return { answer: () => value, repeats: false, ...parseFallback(options, path) }
}

/** @throws {InvalidSettingError} */
export function plainObject(given: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given }
  throw new InvalidSettingError(path, given, 'an object')
}

/** A copy, so that the caller can do with the original what he likes. @throws {InvalidSettingError} */
function jsonObject(given: unknown, path: string): Readonly<Record<string, unknown>> {
  const object = plainObject(given, path)
  try {
    return JSON.parse(JSON.stringify(object)) as Readonly<Record<string, unknown>>
  } catch {
    throw new InvalidSettingError(path, given, 'an object that JSON can express: no BigInt, no cycles')
  }
}

const asGiven: Parse<unknown> = (given) => given
const { name: _name, qualifier: _qualifier, tenant: _tenant, ...forAll } = APPLY

function keysOf(table: object): Record<string, Parse<unknown>> {
  return Object.fromEntries(Object.keys(table).map((key) => [key, asGiven]))
}

const settingKeys = shape(keysOf(forAll))
const functionSettingKeys = shape(keysOf(APPLY))

/** One setting over a plan. @throws {InvalidSettingError} */
export function applySetting(
  plan: Plan,
  key: keyof FunctionSettings,
  given: unknown,
  path: string = key,
): Plan {
  return Object.freeze({ ...plan, ...APPLY[key](plan, given, path) })
}

/** Defaults over a plan. @throws {InvalidSettingError} that names the key */
export function applySettings(plan: Plan, settings: unknown, path: string): Plan {
  const applied = applyAll(plan, settingKeys(settings, path), path)
  // Defaults are for idempotent functions and others, and must not make calls of the others fail.
  return applied.hedge ? Object.freeze({ ...applied, hedge: { ...applied.hedge, whereSafe: true } }) : applied
}

/** A function's own settings over a plan. @throws {InvalidSettingError} that names the key */
export function applyFunctionSettings(plan: Plan, settings: unknown, path: string): Plan {
  return applyAll(plan, functionSettingKeys(settings, path), path)
}

/** In the table's order, since a name sets what a qualifier then refines. */
function applyAll(plan: Plan, settings: object, path: string): Plan {
  const given = settings as Readonly<Record<string, unknown>>
  const keys = Object.keys(APPLY) as (keyof FunctionSettings)[]
  return keys.reduce(
    (result, key) =>
      given[key] === undefined ? result : applySetting(result, key, given[key], `${path}.${key}`),
    plan,
  )
}

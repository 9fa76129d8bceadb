import type { Observer } from '../core/events.js'
import type { Policy } from '../core/policy.js'
import { callback, InvalidSettingError, oneOf, shape, type Parse } from '../core/settings.js'
import { ORDER } from '../policies/order.js'
import type { InvokeOptions, LambdaContext } from './fn.js'
import type { Use } from './plan.js'
import type { StandardSchema } from './standard-schema.js'

const parsePlace = oneOf(...ORDER)
const asGiven: Parse<unknown> = (given) => given
const callOptions = shape({ signal: abortSignal, deadline: asGiven })

/** What a call takes beside its payload. @throws {InvalidSettingError} */
export function parseInvokeOptions(given: unknown): InvokeOptions {
  if (isAbortSignal(given)) throw new InvalidSettingError('options', given, 'an object: { signal }')
  // To the compiler a controller is an object with a signal, though it has no keys of its own.
  if (given instanceof AbortController) return { signal: given.signal }
  return callOptions(given, 'options') as InvokeOptions
}

function abortSignal(given: unknown, path: string): AbortSignal {
  if (isAbortSignal(given)) return given
  throw new InvalidSettingError(path, given, "an AbortSignal, such as an AbortController's signal")
}

/** Not by instanceof: signals come from other realms too. */
function isAbortSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}

/** Where a policy of the user's own stands. @throws {InvalidSettingError} */
export function parseUse(policy: unknown, place: unknown): Use {
  const given = typeof place === 'object' && place !== null ? Object.entries(place) : []
  const [first, ...others] = given.filter(([, value]) => value !== undefined)
  const side = first?.[0]
  if ((side !== 'before' && side !== 'after') || others.length > 0) {
    throw new InvalidSettingError('use', place, 'given one place: { before: … } or { after: … }')
  }
  return { policy: callback<Policy>(policy, 'use'), side, place: parsePlace(first?.[1], `use.${side}`) }
}

/** A bare function is an observer of events. @throws {InvalidSettingError} */
export function asObserver(given: unknown, path: string): Observer {
  if (typeof given === 'function') return { event: given as NonNullable<Observer['event']> }
  const { event, around } = (given ?? {}) as Partial<Observer>
  if (typeof event === 'function' || typeof around === 'function') return given as Observer
  throw new InvalidSettingError(path, given, 'a function of an event, or an object with event() or around()')
}

/** @throws {InvalidSettingError} */
export function asSchema(given: unknown, path: string): StandardSchema {
  const schema = given as Partial<StandardSchema> | null | undefined
  if (typeof schema?.['~standard']?.validate === 'function') return schema as StandardSchema
  throw new InvalidSettingError(path, given, 'a Standard Schema, such as one of zod, valibot or arktype')
}

export function isLambdaContext(value: unknown): value is LambdaContext {
  return typeof (value as Partial<LambdaContext> | null)?.getRemainingTimeInMillis === 'function'
}

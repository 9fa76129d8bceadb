import { parseDuration } from './duration.js'

/** A setting that cannot be used; the message names it, what was given, and what is allowed. */
export class InvalidSettingError extends TypeError {
  override readonly name = 'InvalidSettingError'
  /** Where the setting stands, such as `retry.attempts`. */
  readonly path: string
  /** What it may be. */
  readonly allowed: string

  constructor(path: string, given: unknown, allowed: string) {
    super(`${path} must be ${allowed}, but was ${show(given)}.`)
    this.path = path
    this.allowed = allowed
  }
}

/** Turns what a user wrote at `path` into what the code works with. @throws {InvalidSettingError} */
export type Parse<T> = (given: unknown, path: string) => T

export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): Parse<number> {
  const allowed =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min}`
      : `a whole number from ${min} to ${max}`
  return function parseWholeNumber(given, path) {
    if (Number.isInteger(given) && (given as number) >= min && (given as number) <= max)
      return given as number
    throw new InvalidSettingError(path, given, allowed)
  }
}

export function numberBetween(min: number, max: number): Parse<number> {
  return function parseNumberBetween(given, path) {
    if (typeof given === 'number' && given >= min && given <= max) return given
    throw new InvalidSettingError(path, given, `a number from ${min} to ${max}`)
  }
}

/** Yields milliseconds; `shape` adds the unit to the key. */
export interface ParseDuration extends Parse<number> {
  readonly suffix: 'Ms'
}

/** Milliseconds, from a `Duration`. */
export function duration(minMs = 0, maxMs = Infinity): ParseDuration {
  const floor = minMs > 0 ? ` of at least ${minMs} ms` : ''
  const range = maxMs < Infinity ? ` from ${minMs} to ${maxMs} ms` : floor
  function parseDurationSetting(given: unknown, path: string): number {
    const ms = parseDuration(given)
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms
    throw new InvalidSettingError(
      path,
      given,
      `a duration${range}: milliseconds, or a text such as '250ms', '2s', '1.5m'`,
    )
  }
  return Object.assign(parseDurationSetting, { suffix: 'Ms' } as const)
}

/** A minimum and a maximum as they were given, and the maximum without. In ms. */
export interface Bounds {
  readonly minMs: number | undefined
  readonly maxMs: number | undefined
  readonly baseMaxMs: number
}

/**
 * The maximum that holds, in ms: one that was not given gives way to a minimum that was.
 *
 * @throws {InvalidSettingError} where both were given and contradict each other
 */
export function maximumOf({ minMs, maxMs, baseMaxMs }: Bounds, path: string, minName: string): number {
  if (minMs === undefined) return maxMs ?? baseMaxMs
  if (maxMs === undefined) return Math.max(baseMaxMs, minMs)
  if (maxMs >= minMs) return maxMs
  throw new InvalidSettingError(path, maxMs, `a duration of at least ${minMs} ms, which ${minName} is`)
}

export function flag(given: unknown, path: string): boolean {
  if (typeof given === 'boolean') return given
  throw new InvalidSettingError(path, given, 'true or false')
}

export function text(given: unknown, path: string): string {
  if (typeof given === 'string' && given !== '') return given
  throw new InvalidSettingError(path, given, 'a text that is not empty')
}

/** A text of a form, which `allowed` puts into words. */
export function textLike(form: RegExp, allowed: string): Parse<string> {
  return function parseTextLike(given, path) {
    if (typeof given === 'string' && form.test(given)) return given
    throw new InvalidSettingError(path, given, allowed)
  }
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the function is can only be said, not checked
export function callback<F extends (...args: never[]) => unknown>(given: unknown, path: string): F {
  if (typeof given === 'function') return given as F
  throw new InvalidSettingError(path, given, 'a function')
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Parse<T> {
  return function parseOneOf(given, path) {
    if (allowed.includes(given as T)) return given as T
    throw new InvalidSettingError(path, given, `one of ${allowed.map((value) => `'${value}'`).join(', ')}`)
  }
}

export function listOf<T>(parse: Parse<T>): Parse<readonly T[]> {
  return function parseList(given, path) {
    if (!Array.isArray(given)) throw new InvalidSettingError(path, given, 'a list')
    return given.map((item, index) => parse(item, `${path}[${index}]`))
  }
}

/** An object of which the user chooses the keys. */
export function mapOf<T>(parse: Parse<T>, parseKey: Parse<string> = text): Parse<ReadonlyMap<string, T>> {
  return function parseMap(given, path) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new InvalidSettingError(path, given, 'an object')
    }
    const entries = Object.entries(given) as [string, unknown][]
    return new Map(
      entries.map(([key, value]) => [parseKey(key, `a key of ${path}`), parse(value, `${path}.${key}`)]),
    )
  }
}

/** The first of two that takes the value; the error names both when neither does. */
export function either<A, B>(first: Parse<A>, second: Parse<B>): Parse<A | B> {
  return function parseEither(given, path) {
    try {
      return first(given, path)
    } catch (error) {
      return parseSecond(given, path, refusal(error))
    }
  }

  function parseSecond(given: unknown, path: string, one: InvalidSettingError): B {
    try {
      return second(given, path)
    } catch (error) {
      const other = refusal(error)
      // Whoever complains of something inside the value has recognised it.
      const closer = [one, other].find((each) => each.path !== path)
      throw closer ?? new InvalidSettingError(path, given, `${one.allowed}, or ${other.allowed}`)
    }
  }
}

function refusal(error: unknown): InvalidSettingError {
  if (error instanceof InvalidSettingError) return error
  throw error
}

/** `false` switches a policy off. */
export function orOff<T>(parse: Parse<T>): Parse<T | false> {
  return either(parse, off)
}

function off(given: unknown, path: string): false {
  if (given === false) return given
  throw new InvalidSettingError(path, given, 'false to switch it off')
}

/** An object in which none of `keys` may be absent. */
export function required<T extends object, K extends keyof T & string>(
  parse: Parse<T>,
  ...keys: readonly K[]
): Parse<T & { readonly [P in K]-?: Exclude<T[P], undefined> }> {
  return function parseRequired(given, path) {
    const parsed = parse(given, path)
    for (const key of keys) {
      if (parsed[key] !== undefined) continue
      const name = key.replace(/Ms$/, '')
      throw new InvalidSettingError(`${path}.${name}`, undefined, 'given')
    }
    return parsed as T & { readonly [P in K]-?: Exclude<T[P], undefined> }
  }
}

type Shape = Record<string, Parse<unknown> | ParseDuration>
type Parsed<S extends Shape> = {
  readonly [K in keyof S & string as S[K] extends ParseDuration ? `${K}Ms` : K]?: ReturnType<S[K]>
}

/**
 * An object of which every key is known and every value parses; keys that are absent or undefined stay absent.
 *
 * Each key is parsed by the entry of the same name, so a table reads like the settings it accepts. The key of a
 * duration gets its unit: `maxWait: '2s'` becomes `maxWaitMs: 2000`.
 */
export function shape<S extends Shape>(entries: S): Parse<Parsed<S>> {
  const known = Object.keys(entries)
  return function parseShape(given, path) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new InvalidSettingError(path, given, `an object with any of: ${known.join(', ')}`)
    }
    const parsed: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(given)) {
      const parse = Object.hasOwn(entries, key) ? entries[key] : undefined
      if (!parse) throw unknownKey(path, key, known)
      if (value === undefined) continue
      const name = 'suffix' in parse ? `${key}Ms` : key
      parsed[name] = parse(value, `${path}.${key}`)
    }
    return parsed as Parsed<S>
  }
}

function unknownKey(path: string, key: string, known: readonly string[]): InvalidSettingError {
  const error = new InvalidSettingError(`${path}.${key}`, key, 'a known setting')
  error.message = `${path} has no setting '${key}'. It takes: ${known.join(', ')}.`
  return error
}

/** A refusal that says in words what was given: where the value is a secret, or says too little. */
export function refusedAs(was: string, path: string, allowed: string): InvalidSettingError {
  const error = new InvalidSettingError(path, undefined, allowed)
  error.message = `${path} must be ${allowed}, but was ${was}.`
  return error
}

const LONGEST_SHOWN = 80

/** A value in a few words, for errors. */
export function show(given: unknown): string {
  if (typeof given === 'string') return `'${given.slice(0, LONGEST_SHOWN)}'`
  if (typeof given === 'function') return 'a function'
  if (typeof given === 'bigint') return `${given}n`
  if (given instanceof Promise) return 'a promise'
  if (Array.isArray(given)) return 'a list'
  if (typeof given === 'object' && given !== null) return showObject(given)
  return String(given)
}

interface Instance {
  readonly constructor?: { readonly name?: unknown }
}

/** An instance keeps what it is in its class, often without a key of its own. */
function showObject(given: object): string {
  const name = (Object.getPrototypeOf(given) as Instance | null)?.constructor?.name
  if (typeof name !== 'string' || name === '' || name === 'Object')
    return `an object with ${Object.keys(given).slice(0, 5).join(', ') || 'no keys'}`
  // Names with a U are said as in URL and Uint8Array.
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`
}

import { either, listOf, refusedAs, textLike, type Parse } from '../../../core/settings.js'
import { valuesOf } from '../../headers.js'
import type { HttpRequest } from '../../message.js'
import { isLike } from '../../wildcards.js'

/**
 * Which requests a route takes: those for which both conditions hold. Each is a pattern, or a list of which one must
 * match; `*` stands for any characters or none, and `?` for one.
 *
 * Source: Application Load Balancer, "Condition types for listener rules".
 */
export interface RouteConditions {
  /** Case, the port and a final dot make no difference. @defaultValue any host */
  readonly host?: string | readonly string[]
  /**
   * Case makes a difference, and so does how the path was written: nothing is decoded, no `..` resolved. The query is no
   * part of it.
   *
   * @defaultValue any path
   */
  readonly path?: string | readonly string[]
}

/** Conditions that make sense. */
export interface Patterns {
  /** In lower case, without a final dot. */
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
}

const host = textLike(
  /^(?:[\w.*?-]*[\w*?-]\.?|\[[\da-f:.*?]+\])$/i,
  "a host without protocol and port, such as 'api.example.com' or '*.example.com'",
)
const path = textLike(
  /^[/*][!-~]*$/,
  "a percent-encoded path that begins with / or *, such as '/orders/*' or '*.png'",
)

/** How the conditions are parsed; for `shape`, among other settings of a route. */
export const conditionParsers = { host: oneOrMore(host), path: oneOrMore(path) }

/** Conditions as patterns; one that was left out holds for everything. */
export function patternsOf({ host = ['*'], path = ['*'] }: ParsedConditions): Patterns {
  return { hosts: host.map(plainHost), paths: path }
}

interface ParsedConditions {
  readonly host?: readonly string[]
  readonly path?: readonly string[]
}

function oneOrMore(parse: Parse<string>): Parse<readonly string[]> {
  const one: Parse<readonly string[]> = (given, path) => [parse(given, path)]
  return notEmpty(either(one, listOf(parse)), 'a pattern, or a list of at least one')
}

/** A list that is not empty. */
export function notEmpty<T>(parse: Parse<readonly T[]>, allowed: string): Parse<readonly T[]> {
  return function parseNotEmpty(given, path) {
    const parsed = parse(given, path)
    if (parsed.length > 0) return parsed
    throw refusedAs('empty', path, allowed)
  }
}

/** The first route whose conditions hold. */
export function routeFor<R extends Patterns>(
  routes: readonly R[],
  request: Pick<HttpRequest, 'headers' | 'path'>,
): R | undefined {
  const host = hostOf(request)
  return routes.find(({ hosts, paths }) => anyMatches(hosts, host) && anyMatches(paths, request.path))
}

function anyMatches(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => isLike(pattern, text))
}

function hostOf({ headers }: Pick<HttpRequest, 'headers'>): string {
  const given = valuesOf(headers, 'host')[0] ?? ''
  return plainHost(given.replace(/:\d*$/, ''))
}

function plainHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

/** @throws {InvalidSettingError} where a route stands behind one that leaves it nothing */
export function refuseUnreachable(routes: readonly Patterns[], path: string): void {
  // Requests whose path begins with anything but a slash do not get as far as the routes.
  const all = routes.findIndex(({ hosts, paths }) => has(hosts, /^\*+$/) && has(paths, /^\/?\*+$/))
  if (all < 0 || all === routes.length - 1) return
  throw refusedAs('after it', `${path}[${all + 1}]`, `before routes[${all}], which takes every request`)
}

function has(patterns: readonly string[], form: RegExp): boolean {
  return patterns.some((pattern) => form.test(pattern))
}

import type { Duration } from '../../../core/duration.js'
import { duration, listOf, orOff, shape, textLike, wholeNumber, type Parse } from '../../../core/settings.js'
import type { HealthThresholds } from './health.js'

/**
 * How targets are asked whether they are well; the defaults are a load balancer's for functions.
 *
 * Source: Application Load Balancer, "Health checks for Application Load Balancer target groups".
 */
export interface HealthCheckOptions {
  /** What is asked for: a path, with a query if need be. @defaultValue '/' */
  readonly path?: string
  /** From the end of a check to the next one. @defaultValue '35s' */
  readonly interval?: Duration
  /** How long a check may take. @defaultValue '30s' */
  readonly timeout?: Duration
  /** Checks in a row that must pass for an unhealthy target to be healthy again. @defaultValue 5 */
  readonly healthyThreshold?: number
  /** Checks in a row that must fail for a target to be unhealthy. @defaultValue 2 */
  readonly unhealthyThreshold?: number
  /** Statuses with which a check passes. @defaultValue [200] */
  readonly statuses?: readonly number[]
}

/** Health check options that make sense. Times in ms. */
export interface HealthCheckSettings extends HealthThresholds {
  readonly path: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly statuses: readonly number[]
}

const DEFAULTS: HealthCheckSettings = {
  path: '/',
  intervalMs: 35_000,
  timeoutMs: 30_000,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  statuses: [200],
}

const options = shape({
  path: textLike(/^\/[!-~]*$/, "a percent-encoded path that begins with /, such as '/health'"),
  interval: duration(1),
  timeout: duration(1),
  healthyThreshold: wholeNumber(1),
  unhealthyThreshold: wholeNumber(1),
  statuses: listOf(wholeNumber(200, 599)),
})

/** Health check options as they were given; `false` switches them off. @throws {InvalidSettingError} */
export const parseHealthCheck: Parse<Partial<HealthCheckSettings> | false> = orOff(options)

/** A route's own settings over those for all routes over the defaults; off unless one of them switches them on. */
export function healthCheckSettings(
  own: Partial<HealthCheckSettings> | false | undefined,
  forAll: Partial<HealthCheckSettings> | false = false,
): HealthCheckSettings | false {
  const given = own ?? forAll
  return given && { ...DEFAULTS, ...forAll, ...given }
}

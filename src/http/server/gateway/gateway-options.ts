import { InvalidSettingError, listOf, required, shape } from '../../../core/settings.js'
import type { Fn } from '../../../invoker/fn.js'
import { parseFormat, type HttpFormat } from '../../format.js'
import { httpOptionParsers, type HttpOptions } from '../../options.js'
import { handlerOptionParsers, type HandlerOptions } from '../handler.js'
import { parseHealthCheck, type HealthCheckOptions } from './health-check-options.js'
import { conditionParsers, notEmpty, type RouteConditions } from './routes.js'

/** Which requests go to which function, and how. */
export interface RouteOptions extends RouteConditions, HttpOptions {
  /** Such as `lambda('orders')`. */
  readonly fn: Fn<never, unknown>
  /** What the function speaks, such as `alb()`. */
  readonly format: HttpFormat
  /** Setting by setting over the gateway's own; `false` switches the checks off for this route. */
  readonly healthCheck?: HealthCheckOptions | false
}

/** What `createGateway` takes. Idempotency, statuses and health checks are for all routes that do not say otherwise. */
export interface GatewayOptions extends HandlerOptions, HttpOptions {
  /** A request goes to the first one that takes it. */
  readonly routes: readonly RouteOptions[]
  /** @defaultValue false */
  readonly healthCheck?: HealthCheckOptions | false
}

const forEachRoute = { ...httpOptionParsers, healthCheck: parseHealthCheck }
const anyRoute = shape({ ...conditionParsers, ...forEachRoute, fn, format: parseFormat })
const route = required(anyRoute, 'fn', 'format')
const routes = notEmpty(listOf(route), 'a list of at least one route')
const anyOptions = shape({ ...handlerOptionParsers, ...forEachRoute, routes })

/** A route's own options, one by one. */
export type ParsedRoute = ReturnType<typeof route>

/** @throws {InvalidSettingError} */
export const parseGatewayOptions = required(anyOptions, 'routes')

function fn(given: unknown, path: string): Fn<unknown, unknown> {
  if (typeof (given as Partial<Fn<unknown, unknown>> | null)?.safeInvoke === 'function')
    return given as Fn<unknown, unknown>
  throw new InvalidSettingError(path, given, "a function of an invoker, such as lambda('orders')")
}

import { HttpFunction } from '../http-function.js'
import { httpSettings } from '../options.js'
import type { GatewayAnswer, HttpHandler, IncomingRequest } from './exchange.js'
import { askFunction } from './front-door.js'
import { parseGatewayOptions, type GatewayOptions, type ParsedRoute } from './gateway-options.js'
import { handlerSettings, httpHandler, type Handle } from './handler.js'
import { healthCheckSettings } from './health-check-options.js'
import type { TargetHealth } from './health.js'
import { refuse } from './refusal.js'
import { patternsOf, refuseUnreachable, routeFor, type Patterns } from './routes.js'
import { refusedHead } from './rules.js'
import { Target, type TargetParts } from './target.js'

/** Several functions behind one front door. */
export interface Gateway extends HttpHandler, Disposable {
  /** How each target stands, as plain data for a health endpoint. */
  health(): readonly TargetHealth[]
  /** Ends the health checks and cancels those under way. Requests are answered as before, by the states as they are. */
  close(): void
}

interface Route extends Patterns {
  readonly ask: Handle
  readonly target: Target
}

/**
 * Puts functions behind one front door as a load balancer's listener rules and target groups do: by host and path, the
 * first route that takes a request, and 404 where none does.
 *
 * With health checks, a target that fails them is sent no traffic until it passes them again; its requests are answered
 * 503. Until its first check has ended a target counts as well. A load balancer whose targets are all unhealthy sends
 * them traffic all the same; here each is the only one behind its route, so that would undo the checks, and is not done.
 *
 * Routes with the same `fn`, `format` and settings of the check are one target, and checked once. The checks begin at
 * once and go on until `close()`; by themselves they do not keep the process alive.
 *
 * @throws {InvalidSettingError}
 */
export function createGateway(given: GatewayOptions): Gateway {
  const options = parseGatewayOptions(given, 'options')
  const settings = handlerSettings(options)
  const { clock, observers } = settings
  const targets: Target[] = []
  const routes = options.routes.map(routeOf)
  refuseUnreachable(routes, 'options.routes')
  for (const target of targets) target.start()
  return Object.assign(httpHandler(handle, settings), { health, close, [Symbol.dispose]: close })

  async function handle(incoming: IncomingRequest): Promise<GatewayAnswer> {
    const refused = refusedHead(incoming)
    if (refused) return refused
    const route = routeFor(routes, incoming)
    if (!route) return refuse({ status: 404, reason: 'NoRoute', message: 'Nothing is served here.' })
    const { ask, target } = route
    const refusal = target.refusal()
    return refusal ? refuse(refusal, { target: target.name }) : ask(incoming)
  }

  function routeOf(own: ParsedRoute): Route {
    const { fn, format } = own
    const httpFunction = new HttpFunction(fn, format, httpSettings({ ...options, ...own }))
    const healthCheck = healthCheckSettings(own.healthCheck, options.healthCheck)
    const target = targetOf(httpFunction.target, { fn, format, healthCheck })
    return { ...patternsOf(own), ask: askFunction(httpFunction), target }
  }

  function targetOf(name: string, parts: TargetParts): Target {
    const known = targets.find((target) => target.is(parts))
    if (known) return known
    const target = new Target(name, parts, clock, (event) => observers.tell(() => event))
    targets.push(target)
    return target
  }

  function health(): readonly TargetHealth[] {
    return targets.map((target) => target.health())
  }

  function close(): void {
    for (const target of targets) target.close()
  }
}

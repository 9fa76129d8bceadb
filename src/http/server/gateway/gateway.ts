import { HttpFunction } from '../../http-function.js'
import { httpSettings } from '../../options.js'
import type { GatewayAnswer, HttpHandler, IncomingRequest } from '../exchange.js'
import { askFunction } from '../front-door.js'
import { parseGatewayOptions, type GatewayOptions, type ParsedRoute } from './gateway-options.js'
import { handlerSettings, httpHandler, type Handle } from '../handler.js'
import { healthCheckSettings } from './health-check-options.js'
import type { TargetHealth } from './health.js'
import { refuse } from '../refusal.js'
import { refusalFor } from '../refused-requests.js'
import { patternsOf, refuseUnreachable, routeFor, type Patterns } from './routes.js'
import { refusedHead } from '../rules.js'
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
 * Puts functions behind one front door as a load balancer's listener rules and target groups do: the first route whose
 * host and path match gets the request, and 404 answers where there is none.
 *
 * With health checks, a target that fails them is sent no traffic until it passes them again: 503 answers in its place.
 * A load balancer sends none before the first check has passed either, and sends it all the same where every target is
 * unhealthy. Here each target is the only one behind its route, so that traffic flows from the start, and does stop.
 *
 * Routes with the same `fn`, `format` and settings of the check lead to one target, which is checked once. The checks
 * begin at once and go on until `close()`; waiting for the next one does not keep the process alive.
 *
 * @throws {InvalidSettingError} when an option is unknown or wrong, a function has a codec or schemas of its own, or a
 * route stands behind one that takes every request
 */
export function createGateway(options: GatewayOptions): Gateway {
  const parsed = parseGatewayOptions(options, 'options')
  const settings = handlerSettings(parsed)
  const { clock, observers } = settings
  const targets: Target[] = []
  const routes = parsed.routes.map(routeOf)
  refuseUnreachable(routes, 'options.routes')
  for (const target of targets) target.start()
  return Object.assign(httpHandler(handle, settings), { health, close, [Symbol.dispose]: close })

  async function handle(incoming: IncomingRequest): Promise<GatewayAnswer> {
    const refused = refusedHead(incoming)
    if (refused) return refused
    const route = routeFor(routes, incoming)
    if (!route) return refuse(refusalFor('NoRoute'))
    const { ask, target } = route
    const refusal = target.refusal()
    return refusal ? refuse(refusal, { target: target.name }) : ask(incoming)
  }

  function routeOf(own: ParsedRoute): Route {
    const { fn, format } = own
    const httpFunction = new HttpFunction(fn, format, httpSettings({ ...parsed, ...own }))
    const healthCheck = healthCheckSettings(own.healthCheck, parsed.healthCheck)
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

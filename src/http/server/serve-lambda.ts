import { shape } from '../../core/settings.js'
import type { Fn } from '../../invoker/fn.js'
import type { HttpFormat } from '../format.js'
import { HttpFunction } from '../http-function.js'
import { httpOptionParsers, httpSettings, type HttpOptions } from '../options.js'
import type { HttpHandler } from './exchange.js'
import { frontDoor } from './front-door.js'
import { handlerOptionParsers, handlerSettings, httpHandler, type HandlerOptions } from './handler.js'

/** What `serveLambda` takes beside the function and its format. */
export interface ServeOptions extends HttpOptions, HandlerOptions {}

const parseOptions = shape({ ...httpOptionParsers, ...handlerOptionParsers })

/**
 * Puts a function behind HTTP as an Application Load Balancer does: a standard handler, for any server that takes one,
 * and for `listen` and `toNodeListener`.
 *
 * Every request gets an answer: the function's own, or one in its place, as `x-answered-by` tells.
 *
 * @throws {InvalidSettingError} when an option is unknown or wrong, or the function has a codec or schemas of its own
 */
export function serveLambda<I, O, E extends I>(
  fn: Fn<I, O>,
  format: HttpFormat<E>,
  options: ServeOptions = {},
): HttpHandler {
  const parsed = parseOptions(options, 'options')
  const httpFunction = new HttpFunction(fn, format, httpSettings(parsed))
  return httpHandler(frontDoor(httpFunction), handlerSettings(parsed))
}

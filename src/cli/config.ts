import { isDeepStrictEqual } from 'node:util'
import {
  InvalidSettingError,
  listOf,
  oneOf,
  required,
  shape,
  text,
  wholeNumber,
  type Parse,
} from '../core/settings.js'
import type { HttpFormat } from '../http/format.js'
import { plainObject } from '../invoker/settings.js'
import { parseTarget } from '../invoker/target.js'
import { FORMAT_NAMES, FORMATS, type FormatName } from './formats.js'

type Plain = Readonly<Record<string, unknown>>

/** A route of the gateway, whose function is still a name. */
export interface Route {
  readonly function: string
  readonly formatName: FormatName
  readonly format: HttpFormat
  readonly formatOptions: Plain
  /** What else a route of `createGateway` takes. */
  readonly options: Plain
}

/** What a file such as gateway.json says. What is plain here is checked by whom it is for. */
export interface Config {
  readonly port: number
  readonly host: string
  /** What `startLocalLambda` takes; undefined where functions are called in AWS. */
  readonly local: Plain | undefined
  /** What `createInvoker` takes. */
  readonly invoker: Plain
  readonly routes: readonly Route[]
  /** What `createGateway` takes for all routes. */
  readonly options: Plain
}

const FOR_INVOKER = ['region', 'endpoint', 'defaults', 'functions', 'bulkhead'] as const
const FOR_ALL_ROUTES = ['healthCheck', 'idempotent', 'retryStatuses', 'breakerStatuses'] as const
const FOR_A_ROUTE = ['path', 'host', ...FOR_ALL_ROUTES] as const

const parseFormatName = oneOf(...FORMAT_NAMES)
const parseShape = shape({
  port: wholeNumber(0, 65_535),
  host: text,
  local: plainObject,
  invoker: shape(unchecked(FOR_INVOKER)),
  routes: listOf(parseRoute),
  ...unchecked(FOR_ALL_ROUTES),
})
const parseFile = required(parseShape, 'routes')

/** Errors speak of `options`, as those of all other parts do. @throws {InvalidSettingError} */
export function parseConfig(given: unknown): Config {
  const {
    port = 8080,
    host = '127.0.0.1',
    local,
    invoker = {},
    routes,
    ...options
  } = parseFile(given, 'options')
  if (local && invoker['endpoint'] !== undefined) {
    const allowed = 'left out where functions run on this machine'
    throw new InvalidSettingError('options.invoker.endpoint', invoker['endpoint'], allowed)
  }
  return { port, host, local, invoker, routes: sharingFormats(routes), options }
}

function parseRoute(given: unknown, path: string): Route {
  const { format: wanted = 'alb' } = plainObject(given, path)
  const formatName = parseFormatName(wanted, `${path}.format`)
  const { takes, make } = FORMATS[formatName]
  const parse = shape({
    function: parseFunctionName,
    format: parseFormatName,
    ...unchecked([...FOR_A_ROUTE, ...takes]),
  })
  const { function: name, format: _, ...others } = required(parse, 'function')(given, path)
  const own: Plain = others
  const formatOptions = pick(own, takes)
  return {
    function: name,
    formatName,
    format: make(formatOptions, path),
    formatOptions,
    options: pick(own, FOR_A_ROUTE),
  }
}

/** Formats that are the same become one object: by it a gateway knows that routes lead to one target. */
function sharingFormats(routes: readonly Route[]): readonly Route[] {
  return routes.map((route) => {
    const { formatName, formatOptions } = route
    const same = routes.find(
      (other) => other.formatName === formatName && isDeepStrictEqual(other.formatOptions, formatOptions),
    )
    return { ...route, ...(same && { format: same.format }) }
  })
}

function parseFunctionName(given: unknown, path: string): string {
  parseTarget(given, path)
  return given as string
}

function unchecked(names: readonly string[]): Readonly<Record<string, Parse<unknown>>> {
  return Object.fromEntries(names.map((name) => [name, (given: unknown) => given]))
}

function pick(from: Plain, names: readonly string[]): Plain {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}

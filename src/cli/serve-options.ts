import { dirname, parse as parsePath } from 'node:path'
import { parseDuration } from '../core/duration.js'
import { InvalidSettingError, oneOf, wholeNumber } from '../core/settings.js'
import { LOG_FORMATS, type LogFormat } from './access-log.js'
import { wrongUsage } from './command-error.js'
import { checked, type Source } from './complaints.js'
import { parseConfig, type Config } from './config.js'
import { readFlags } from './flags.js'
import { FORMAT_NAMES } from './formats.js'
import { withModules } from './modules.js'
import { readJson } from './read-json.js'

/** What is to be served, and how much is told of it. */
export interface ServeOptions extends Config {
  readonly source: Source
  readonly log: LogFormat
  /** Whether each function's plan and the whole of its log are printed. */
  readonly verbose: boolean
}

const string = { type: 'string' } as const
const boolean = { type: 'boolean' } as const

const BESIDE_A_FILE = { port: string, host: string, log: string, verbose: boolean } as const
const INSTEAD_OF_A_FILE = {
  function: string,
  module: string,
  export: string,
  timeout: string,
  format: string,
  'multi-value-headers': boolean,
  'target-group-arn': string,
  'health-check': string,
  idempotent: boolean,
  deadline: string,
  region: string,
  endpoint: string,
} as const
const ONLY_FOR_A_MODULE = ['export', 'timeout'] as const
const ONLY_FOR_ALB = ['multi-value-headers', 'target-group-arn'] as const

/** As `parseArgs` takes them. */
export const SERVE_FLAGS = { ...INSTEAD_OF_A_FILE, ...BESIDE_A_FILE } as const

/** Soon enough for somebody who is waiting; a load balancer takes its time. */
const HEALTH_CHECK = { interval: '5s', timeout: '5s', healthyThreshold: 1, unhealthyThreshold: 2 } as const
const LONGEST_TIMEOUT = '15m'
const LONGEST_NAME = 64

type Values = ReturnType<typeof readFlags<typeof SERVE_FLAGS>>['values']

const parsePort = wholeNumber(0, 65_535)
const parseLog = oneOf(...LOG_FORMATS)
const parseFormat = oneOf(...FORMAT_NAMES)

/** What the arguments of `serve` ask for, from a file or from flags. @throws {CommandError} */
export async function readServeOptions(args: readonly string[]): Promise<ServeOptions> {
  const { values, positionals } = readFlags(args, SERVE_FLAGS)
  const [file, ...others] = positionals
  if (others.length > 0) throw wrongUsage(`serve takes one file, but was given ${positionals.join(', ')}.`)
  const beside = await checked(undefined, '', () => besideFile(values))
  const given = await checked(undefined, '', () =>
    file === undefined ? fromFlags(values) : fromFile(file, values),
  )
  return checked(file, '', () => {
    const config = parseConfig(given)
    const local = config.local && withModules(config.local, file === undefined ? '.' : dirname(file))
    return { ...config, local, ...beside, source: file }
  })
}

function besideFile({ port, host, log = 'text', verbose = false }: Values) {
  return {
    ...(port !== undefined && { port: parsePort(/^\d+$/.test(port) ? Number(port) : port, '--port') }),
    ...(host !== undefined && { host }),
    log: parseLog(log, '--log'),
    verbose,
  }
}

async function fromFile(file: string, values: Values): Promise<unknown> {
  if (/\.[cm]?[jt]s$/.test(file))
    throw wrongUsage(`serve takes a JSON file, but was given ${file}. For a handler write --module ${file}.`)
  const flag = Object.keys(INSTEAD_OF_A_FILE).find((name) => values[name as keyof Values] !== undefined)
  if (flag !== undefined) throw wrongUsage(`--${flag} does not go with a file: say it in ${file}.`)
  return readJson(file)
}

/** What a file with one route for everything would say. */
function fromFlags(values: Values): unknown {
  const { module, export: exportName, format, endpoint, region, idempotent } = values
  const name = values.function ?? (module === undefined ? undefined : nameOf(module))
  if (name === undefined)
    throw wrongUsage('serve needs a file such as gateway.json, or --function NAME, or --module FILE.')
  const lone = ONLY_FOR_A_MODULE.find((flag) => values[flag] !== undefined && module === undefined)
  if (lone !== undefined) throw wrongUsage(`--${lone} needs --module FILE.`)
  const isAlb = format === undefined || parseFormat(format, '--format') === 'alb'
  const stray = ONLY_FOR_ALB.find((flag) => values[flag] !== undefined && !isAlb)
  if (stray !== undefined) throw wrongUsage(`--${stray} goes with --format alb only.`)
  const path = values['health-check']
  const route = {
    function: name,
    format,
    multiValueHeaders: values['multi-value-headers'],
    targetGroupArn: values['target-group-arn'],
    healthCheck: path === undefined ? undefined : { path, ...HEALTH_CHECK },
  }
  const timeout = time(values.timeout, '--timeout', LONGEST_TIMEOUT)
  const deadline = time(values.deadline, '--deadline')
  const here = { module, export: exportName, timeout }
  return {
    local: module === undefined ? undefined : { functions: { [name]: here } },
    invoker: { region, endpoint, defaults: { deadline, idempotent } },
    // Not every format has every option, so those that were not given must not be there.
    routes: [Object.fromEntries(Object.entries(route).filter(([, value]) => value !== undefined))],
  }
}

/** A flag is always a text, so that numbers and `false`, which a file may have, are no times here. */
function time(given: string | undefined, flag: string, most?: string): string | undefined {
  if (given === undefined) return undefined
  const ms = parseDuration(given) ?? 0
  if (ms >= 1 && ms <= (parseDuration(most) ?? Infinity)) return given
  const limit = most === undefined ? '' : `, at most '${most}'`
  throw new InvalidSettingError(flag, given, `a time such as '250ms', '10s' or '1.5m'${limit}`)
}

/** A function has a name, even one that was given as a module only. */
function nameOf(module: string): string {
  const name = parsePath(module).name.replace(/[^a-zA-Z0-9-_]/g, '-')
  return name.slice(0, LONGEST_NAME) || 'handler'
}

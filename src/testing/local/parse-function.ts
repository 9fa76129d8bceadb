import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  callback,
  duration,
  either,
  flag,
  InvalidSettingError,
  mapOf,
  oneOf,
  required,
  shape,
  text,
  textLike,
  wholeNumber,
  type Parse,
} from '../../core/settings.js'
import type { FunctionConfig, HandlerModule } from './options.js'
import type { LambdaHandler } from './runtime/context.js'
import type { WorkerSettings } from './runtime/worker-main.js'

export type Code = { readonly handler: LambdaHandler } | WorkerSettings

/** The configuration of a function, checked and complete. */
export interface FunctionSettings {
  readonly name: string
  readonly timeoutMs: number
  readonly initTimeoutMs: number
  readonly coldStartMs: number
  readonly memoryMb: number
  readonly reservedConcurrency: number
  readonly durable: boolean
  readonly environment: Readonly<Record<string, string>>
  /** By version, `$LATEST` among them. */
  readonly code: ReadonlyMap<string, Code>
  readonly aliases: ReadonlyMap<string, string>
}

const LONGEST_TIMEOUT_MS = 900_000

const handler = callback<LambdaHandler>
const moduleKeys = { module: moduleUrl, export: text } satisfies Record<keyof HandlerModule, Parse<unknown>>
const parseModule = shape(moduleKeys)
const parsePublished = either(handler, required(parseModule, 'module'))
const VERSION = textLike(/^[1-9]\d*$/, 'a whole number of at least 1')
const ALIAS = textLike(/^(?!\d+$)[a-zA-Z0-9-_]{1,128}$/, 'letters, digits, - and _, not digits alone')

/** What a function may be called. */
export const FUNCTION_NAME = textLike(/^[a-zA-Z0-9-_]{1,64}$/, '1 to 64 letters, digits, - and _')

const parseConfig = either(
  handler,
  shape({
    handler,
    ...moduleKeys,
    timeout: duration(1, LONGEST_TIMEOUT_MS),
    memoryMb: wholeNumber(128, 10_240),
    reservedConcurrency: wholeNumber(0),
    durable: flag,
    coldStart: duration(0, LONGEST_TIMEOUT_MS),
    initTimeout: duration(1, LONGEST_TIMEOUT_MS),
    versions: mapOf(parseVersion, VERSION),
    aliases: mapOf(text, ALIAS),
    environment: mapOf(textLike(/^/, 'a text')),
  } satisfies Record<keyof FunctionConfig, Parse<unknown>>),
)

/** A function's configuration, checked and complete but for its name. @throws {InvalidSettingError} */
export function parseFunction(given: unknown, path: string): Omit<FunctionSettings, 'name'> {
  const parsed = parseConfig(given, path)
  const config = typeof parsed === 'function' ? { handler: parsed } : parsed
  const { aliases = new Map<string, string>(), environment = new Map<string, string>() } = config
  const latest = codeOf(config)
  if (!latest) throw new InvalidSettingError(path, given, 'an object with either a handler or a module')
  const code = new Map<string, Code>([['$LATEST', latest], ...(config.versions ?? [])])
  const knownVersion = oneOf(...code.keys())
  for (const [alias, version] of aliases) knownVersion(version, `${path}.aliases.${alias}`)
  return {
    code,
    aliases,
    timeoutMs: config.timeoutMs ?? 3_000,
    initTimeoutMs: config.initTimeoutMs ?? 10_000,
    coldStartMs: config.coldStartMs ?? 0,
    memoryMb: config.memoryMb ?? 128,
    reservedConcurrency: config.reservedConcurrency ?? Infinity,
    durable: config.durable ?? false,
    environment: Object.fromEntries(environment),
  }
}

function parseVersion(given: unknown, path: string): Code {
  const parsed = parsePublished(given, path)
  return typeof parsed === 'function' ? { handler: parsed } : inWorker(parsed.module, parsed.export)
}

interface Source {
  readonly handler?: LambdaHandler
  readonly module?: string
  readonly export?: string
}

/** Undefined unless there is exactly one. */
function codeOf({ handler: inProcess, module, export: exportName }: Source): Code | undefined {
  if (inProcess && module === undefined) return { handler: inProcess }
  return module === undefined || inProcess ? undefined : inWorker(module, exportName)
}

function inWorker(module: string, exportName = 'handler'): WorkerSettings {
  return { moduleUrl: module, exportName }
}

function moduleUrl(given: unknown, path: string): string {
  if (given instanceof URL) return given.href
  if (typeof given !== 'string' || given === '')
    throw new InvalidSettingError(path, given, 'a path or a file URL')
  return given.startsWith('file:') ? given : pathToFileURL(resolve(given)).href
}

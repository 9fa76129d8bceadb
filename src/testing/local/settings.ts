import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseDuration } from '../../core/duration.js'
import type { FunctionConfig, HandlerModule } from './config.js'
import type { LambdaHandler } from './context.js'
import type { WorkerSettings } from './worker-main.js'

export type Code = { readonly handler: LambdaHandler } | WorkerSettings

/** The configuration of a function, checked and complete. */
export interface FunctionSettings {
  readonly name: string
  readonly timeoutMs: number
  readonly initTimeoutMs: number
  readonly coldStartMs: number
  readonly memoryMb: number
  readonly reservedConcurrency: number
  readonly environment: Readonly<Record<string, string>>
  /** By version, `$LATEST` among them. */
  readonly code: ReadonlyMap<string, Code>
  readonly aliases: ReadonlyMap<string, string>
}

const KEYS: Record<keyof FunctionConfig, true> = {
  handler: true,
  module: true,
  export: true,
  timeout: true,
  memoryMb: true,
  reservedConcurrency: true,
  coldStart: true,
  initTimeout: true,
  versions: true,
  aliases: true,
  environment: true,
}
const LONGEST_TIMEOUT_MS = 900_000

/** @throws TypeError that names the function, the key, what was given and what is allowed. */
export function readSettings(name: string, given: LambdaHandler | FunctionConfig): FunctionSettings {
  if (!/^[a-zA-Z0-9-_]{1,64}$/.test(name)) {
    throw new TypeError(
      `A function is named ${JSON.stringify(name)}. Allowed are 1 to 64 letters, digits, - and _.`,
    )
  }
  const config = typeof given === 'function' ? { handler: given } : given
  const at = (key: string): string => `functions.${name}.${key}`
  if (typeof config !== 'object' || config === null)
    throw wrong(`functions.${name}`, config, 'a handler or settings')
  for (const key of Object.keys(config)) {
    if (!(key in KEYS))
      throw new TypeError(`${at(key)} is no setting. Allowed are: ${Object.keys(KEYS).join(', ')}.`)
  }
  const code = readCode(at, config)
  return {
    name,
    code,
    aliases: readAliases(at, config.aliases ?? {}, code),
    timeoutMs: duration(at('timeout'), config.timeout ?? '3s', 1),
    initTimeoutMs: duration(at('initTimeout'), config.initTimeout ?? '10s', 1),
    coldStartMs: duration(at('coldStart'), config.coldStart ?? 0, 0),
    memoryMb: wholeNumber(at('memoryMb'), config.memoryMb ?? 128, 128, 10_240),
    reservedConcurrency:
      config.reservedConcurrency === undefined
        ? Infinity
        : wholeNumber(at('reservedConcurrency'), config.reservedConcurrency, 0, 100_000),
    environment: readEnvironment(at, config.environment ?? {}),
  }
}

type At = (key: string) => string

function readCode(at: At, config: FunctionConfig): Map<string, Code> {
  const { handler, module, versions = {} } = config
  if ((handler === undefined) === (module === undefined)) {
    throw new TypeError(`${at('handler')} and ${at('module')}: give one of the two, not both.`)
  }
  const latest = handler === undefined ? at('module') : at('handler')
  const code = new Map([['$LATEST', readVersion(latest, handler ?? config)]])
  for (const [version, published] of Object.entries(versions)) {
    if (!/^[1-9]\d*$/.test(version)) throw wrong(at('versions'), version, 'whole numbers from 1 on as keys')
    code.set(version, readVersion(at(`versions.${version}`), published))
  }
  return code
}

function readVersion(where: string, given: LambdaHandler | Partial<HandlerModule>): Code {
  if (typeof given === 'function') return { handler: given }
  if (typeof given !== 'object' || given === null)
    throw wrong(where, given, 'a function or { module, export }')
  const { module, export: exportName = 'handler' } = given
  return { moduleUrl: urlOf(where, module), exportName }
}

function urlOf(where: string, module: unknown): string {
  if (module instanceof URL) return module.href
  if (typeof module !== 'string' || module === '') throw wrong(where, module, 'a path or a file URL')
  return module.startsWith('file:') ? module : pathToFileURL(resolve(module)).href
}

function readAliases(
  at: At,
  aliases: Readonly<Record<string, string>>,
  code: Map<string, Code>,
): Map<string, string> {
  for (const [alias, version] of Object.entries(aliases)) {
    if (!/^(?!\d+$)[a-zA-Z0-9-_]{1,128}$/.test(alias)) {
      throw wrong(at('aliases'), alias, 'letters, digits, - and _, not digits alone, as keys')
    }
    if (!code.has(version))
      throw wrong(at(`aliases.${alias}`), version, `its versions: ${[...code.keys()].join(', ')}`)
  }
  return new Map(Object.entries(aliases))
}

function readEnvironment(at: At, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'string') throw wrong(at(`environment.${key}`), value, 'texts')
  }
  return given
}

function duration(where: string, value: unknown, leastMs: number): number {
  const ms = parseDuration(value)
  if (ms === undefined || ms < leastMs || ms > LONGEST_TIMEOUT_MS) {
    throw wrong(
      where,
      value,
      `milliseconds or a text such as '250ms' or '2s', from ${leastMs} to ${LONGEST_TIMEOUT_MS} ms`,
    )
  }
  return ms
}

function wholeNumber(where: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw wrong(where, value, `whole numbers from ${least} to ${most}`)
  }
  return value
}

function wrong(where: string, given: unknown, allowed: string): TypeError {
  const shown = typeof given === 'function' ? 'a function' : (JSON.stringify(given) ?? String(given))
  return new TypeError(`${where} is ${shown}. Allowed are ${allowed}.`)
}

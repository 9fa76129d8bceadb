import type { Agent } from 'node:http'
import type { AgentOptions } from 'node:https'

/** With what it was told, which the types of node leave out. */
export interface AgentWithSettings extends Agent {
  readonly keepAlive?: boolean
  readonly options?: AgentOptions
}

/** What the SDK's handler for node:http works out from its options; its agent for http comes with the first use. */
export interface NodeHandlerConfig {
  readonly connectionTimeout?: number
  readonly requestTimeout?: number
  readonly throwOnRequestTimeout?: boolean
  readonly socketTimeout?: number
  readonly defaultSocketTimeout?: number
  readonly httpAgent?: AgentWithSettings
  readonly httpsAgent?: AgentWithSettings
  httpAgentProvider?(): Promise<AgentWithSettings>
}

/** How long a handler lets a request take; in ms, undefined for no limit. */
export interface NodeHandlerLimits {
  readonly connectTimeoutMs: number | undefined
  /** From the request until the reply's head. */
  readonly requestTimeoutMs: number | undefined
  /** Without a byte in either direction. */
  readonly socketTimeoutMs: number | undefined
}

interface NodeHandler {
  readonly configProvider?: Promise<NodeHandlerConfig>
}

/**
 * The settings of the SDK's own handler for node:http; undefined for any other, of which nothing is known. It is known
 * by what it holds, since a bundler may have given its class another name.
 */
export async function nodeHandlerConfigOf(handler: object): Promise<NodeHandlerConfig | undefined> {
  const config = isItself(handler) ? await (handler as NodeHandler).configProvider : undefined
  return config?.httpsAgent && config
}

/** A subclass, or a handler with a `handle` put over its own, does something that nobody knows. */
function isItself(handler: object): boolean {
  const proto = Object.getPrototypeOf(handler) as object
  return Object.getPrototypeOf(proto) === Object.prototype && !Object.hasOwn(handler, 'handle')
}

export function nodeHandlerLimitsOf(config: NodeHandlerConfig): NodeHandlerLimits {
  return {
    connectTimeoutMs: limit(config.connectionTimeout),
    requestTimeoutMs: requestTimeout(config),
    socketTimeoutMs: limit(config.socketTimeout ?? config.defaultSocketTimeout),
  }
}

/** Handlers that do not know `throwOnRequestTimeout` always end a request then; later ones only warn without it. */
function requestTimeout(config: NodeHandlerConfig): number | undefined {
  const ends = config.throwOnRequestTimeout === true || !('throwOnRequestTimeout' in config)
  return ends ? limit(config.requestTimeout) : undefined
}

/** To the handler, 0 is no limit. */
function limit(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 ? ms : undefined
}

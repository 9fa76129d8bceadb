import http from 'node:http'
import https, { type AgentOptions } from 'node:https'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import { InvalidSettingError } from '../../core/settings.js'
import {
  nodeHandlerConfigOf,
  nodeHandlerLimitsOf,
  type AgentWithSettings,
  type NodeHandlerLimits,
} from '../node-handler.js'

/** How a client's request handler treats connections; in ms, undefined for no limit. */
export interface ConnectionSettings extends NodeHandlerLimits {
  /** How long a connection may wait for its next request. */
  readonly idleTimeoutMs: number | undefined
  readonly maxSockets: number
  readonly keepAlive: boolean
  /** What an https agent was told about TLS. */
  readonly tls: TlsSettings
  /** The agent itself, where it does more than these settings say: a proxy, for one. */
  readonly agent: http.Agent | undefined
}

export type TlsSettings = Pick<AgentOptions, (typeof TLS)[number]>

/** What an agent passes on to `tls.connect`. */
const TLS = [
  'ca',
  'cert',
  'checkServerIdentity',
  'ciphers',
  'crl',
  'ecdhCurve',
  'honorCipherOrder',
  'key',
  'maxVersion',
  'minVersion',
  'passphrase',
  'pfx',
  'rejectUnauthorized',
  'secureContext',
  'secureProtocol',
  'servername',
  'sigalgs',
] as const

/** What an agent is told about its pool, or knows of itself; it holds for any pool, or matters to none but node's. */
const POOL = [
  'defaultPort',
  'keepAlive',
  'keepAliveMsecs',
  'maxCachedSessions',
  'maxFreeSockets',
  'maxSockets',
  'noDelay',
  'protocol',
  'scheduling',
  'timeout',
]

const KNOWN = new Set<string>([...TLS, ...POOL])

/** @throws {InvalidSettingError} where requests go through another handler than the SDK's own for node:http */
export async function connectionSettingsOf(
  { config: { requestHandler } }: LambdaClient,
  protocol: string,
): Promise<ConnectionSettings> {
  const config = await nodeHandlerConfigOf(requestHandler)
  if (!config)
    throw new InvalidSettingError(
      'client.requestHandler',
      requestHandler,
      "the SDK's NodeHttpHandler for the lean transport, which takes its place",
    )
  const agent =
    protocol === 'https:' ? config.httpsAgent : (config.httpAgent ?? (await config.httpAgentProvider?.()))
  return {
    ...nodeHandlerLimitsOf(config),
    ...agentSettings(agent as AgentWithSettings),
  }
}

type AgentSettings = Pick<ConnectionSettings, 'idleTimeoutMs' | 'maxSockets' | 'keepAlive' | 'tls' | 'agent'>

function agentSettings(agent: AgentWithSettings): AgentSettings {
  const options = agent.options ?? {}
  return {
    idleTimeoutMs: options.timeout || undefined,
    maxSockets: agent.maxSockets ?? Infinity,
    keepAlive: agent.keepAlive ?? false,
    tls: Object.fromEntries(
      TLS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
    ),
    agent: isPlain(agent, options) ? undefined : agent,
  }
}

/** Whether an agent is one of node's own, as it is made, with no options but those that another pool can follow. */
function isPlain(agent: object, options: AgentOptions): boolean {
  const proto = Object.getPrototypeOf(agent) as unknown
  if (proto !== http.Agent.prototype && proto !== https.Agent.prototype) return false
  if (Object.values(agent).some((value) => typeof value === 'function')) return false
  return Object.entries(options).every(
    ([name, value]) => KNOWN.has(name) || value === undefined || value === null,
  )
}

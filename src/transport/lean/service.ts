import type { LambdaClient } from '@aws-sdk/client-lambda'
import { InvalidSettingError, refusedAs } from '../../core/settings.js'
import { VERSION } from '../../version.js'
import { refuseOtherRegion, refuseRegion } from '../sdk.js'
import { clockOf } from './clock-offset.js'
import { connectionSettingsOf, type ConnectionSettings } from '../wire/connection-settings.js'
import { LastingCredentials, type CredentialProvider, type Credentials } from './credentials.js'
import { A_CLIENT, API_PATH, prepareRequest, type PreparedRequest } from './prepared-request.js'
import type { SigningScope } from './sigv4.js'

/** Lambda as a client's resolved configuration describes it. */
export interface LambdaService {
  readonly region: string
  /** Protocol, name and port. */
  readonly endpoint: URL
  /** What a custom endpoint has before the paths of the API; '' for nothing. */
  readonly basePath: string
  /** As requests name it in their `host` header. */
  readonly host: string
  readonly signing: SigningScope
  readonly userAgent: string
  readonly connection: ConnectionSettings
  /** Without a promise while those at hand last. */
  credentials(): Credentials | Promise<Credentials>
  /** Forgets credentials that Lambda called expired. */
  refuse(credentials: Credentials): void
  /** What to add to the clock when signing, in ms. */
  readonly clockOffsetMs: number
  /**
   * Sets the clock by a reply's `date` header; says whether a request that was signed with `signedOffsetMs` may be taken
   * when it is signed again.
   */
  correctClock(date: string | undefined, nowMs: number, signedOffsetMs: number): boolean
}

const services = new WeakMap<LambdaClient, LambdaService>()
const underWay = new WeakMap<LambdaClient, Promise<LambdaService>>()

/**
 * The service of a client, which is found out once; a failure to do so is not kept.
 *
 * @throws {InvalidSettingError} for a client that the lean transport cannot take the place of
 * @throws {RegionMismatch} where the client is for another region than the one asked for
 */
export function serviceOf(client: LambdaClient, region?: string): LambdaService | Promise<LambdaService> {
  const known = services.get(client)
  if (!known) return firstServiceOf(client, region)
  if (region !== undefined) refuseRegion(known.region, region)
  return known
}

async function firstServiceOf(client: LambdaClient, region: string | undefined): Promise<LambdaService> {
  if (!isClient(client)) throw new InvalidSettingError('client', client, A_CLIENT)
  await refuseOtherRegion(client, region)
  let pending = underWay.get(client)
  if (!pending) {
    pending = resolve(client).finally(() => underWay.delete(client))
    underWay.set(client, pending)
  }
  const service = await pending
  services.set(client, service)
  return service
}

function isClient({ config }: Partial<LambdaClient>): boolean {
  return typeof config?.region === 'function' && typeof config.credentials === 'function'
}

async function resolve(client: LambdaClient): Promise<LambdaService> {
  const { config } = client
  const prepared = await prepareRequest(client)
  const credentials = new LastingCredentials(() => config.credentials as CredentialProvider)
  const clock = await clockOf(config)
  return {
    region: await config.region(),
    ...addressOf(prepared),
    signing: signingOf(prepared),
    userAgent: `${prepared.headers['user-agent'] ?? ''} resilient-lambda/${VERSION}`.trimStart(),
    connection: await connectionSettingsOf(client, prepared.protocol),
    credentials: () => credentials.get(),
    refuse: (refused) => credentials.refuse(refused),
    get clockOffsetMs() {
      return clock.offsetMs
    },
    correctClock: (date, nowMs, signedOffsetMs) => clock.correct(date, nowMs, signedOffsetMs),
  }
}

function addressOf({
  protocol,
  hostname,
  port,
  path,
  headers,
}: PreparedRequest): Pick<LambdaService, 'endpoint' | 'basePath' | 'host'> {
  const endpoint = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
  return { endpoint, basePath: path.slice(0, -API_PATH.length), host: headers['host'] ?? endpoint.host }
}

/** The scope stands in the signature itself, wherever the client took it from. */
function signingOf({ headers }: PreparedRequest): SigningScope {
  const authorization = headers['authorization'] ?? ''
  const [, region, service] =
    /^AWS4-HMAC-SHA256 .*\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(authorization) ?? []
  if (region !== undefined && service !== undefined) return { region, service }
  const [scheme] = authorization.split(' ')
  const was = scheme ? `one that signs with ${scheme}` : 'one that does not sign'
  throw refusedAs(was, 'client', 'one that signs with Signature Version 4 for the lean transport')
}

import { createHmac, hash } from 'node:crypto'
import { canonicalRequest, signedNames, type SignableRequest } from './canonical-request.js'
import type { Credentials } from './credentials.js'
import { SigningKeys } from './signing-key.js'

/** Region and service as the signature names them. */
export interface SigningScope {
  readonly region: string
  readonly service: string
}

/** A request before it is signed. */
export interface Unsigned {
  readonly method: string
  /** With the port where it is not the protocol's own. */
  readonly host: string
  /** As it goes over the wire. */
  readonly path: string
  /** As it goes over the wire, without the question mark; '' for none. */
  readonly query: string
  /** Names in lower case, without `host`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * Signs requests with Signature Version 4, byte for byte as the AWS SDK does.
 *
 * Source: IAM user guide, "Create a signed AWS API request".
 */
export class Signer {
  readonly #keys = new SigningKeys()
  #second = NaN
  #date = ''

  /** All headers to send, `host` and the signature included. */
  sign(
    { method, host, path, query, headers: given, body }: Unsigned,
    credentials: Credentials,
    scope: SigningScope,
    dateMs: number,
    bodyHash: string = hashOf(body),
  ): Record<string, string> {
    const date = this.#dateOf(dateMs)
    // V8 is much slower to add names to a spread copy than to this one.
    const headers: Record<string, string> = Object.assign({}, given)
    headers['host'] = host
    headers['x-amz-date'] = date
    headers['x-amz-content-sha256'] = bodyHash
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken
    const request = { method, path, query, headers, bodyHash }
    headers['authorization'] = this.authorization(request, credentials, scope, date)
    return headers
  }

  /** The header for a request that carries everything else; the date is `YYYYMMDDTHHMMSSZ`. */
  authorization(
    request: SignableRequest,
    credentials: Credentials,
    { region, service }: SigningScope,
    date: string,
  ): string {
    const day = date.slice(0, 8)
    const scope = `${day}/${region}/${service}/aws4_request`
    const names = signedNames(request.headers)
    const hashed = hash('sha256', canonicalRequest(request, names), 'hex')
    const key = this.#keys.get(credentials, { day, region, service }, scope)
    const signature = createHmac('sha256', key)
      .update(`${ALGORITHM}\n${date}\n${scope}\n${hashed}`)
      .digest('hex')
    return `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  }

  /** Many requests fall into one second. */
  #dateOf(dateMs: number): string {
    const second = Math.floor(dateMs / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#date = new Date(dateMs).toISOString().replace(/[-:]|\.\d+/g, '')
    }
    return this.#date
  }
}

const EMPTY_HASH = hash('sha256', '', 'hex')
const hashes = new WeakMap<Uint8Array, string>()

/** SHA-256 in hex; a body is hashed once, however often it is sent, so it must not change. */
export function hashOf(body: Uint8Array | undefined): string {
  if (body === undefined || body.byteLength === 0) return EMPTY_HASH
  let known = hashes.get(body)
  if (known === undefined) hashes.set(body, (known = hash('sha256', body, 'hex')))
  return known
}

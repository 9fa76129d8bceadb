import { createHmac } from 'node:crypto'
import type { Credentials } from './credentials.js'

/** Where and when a signature holds. */
export interface KeyScope {
  /** `YYYYMMDD`, in UTC. */
  readonly day: string
  readonly region: string
  readonly service: string
}

const MOST_SCOPES = 50

interface Derived {
  readonly secret: string
  readonly keys: Map<string, Buffer>
}

/** Derived keys, each made once; they go with their credentials. */
export class SigningKeys {
  readonly #byCredentials = new WeakMap<Credentials, Derived>()

  get(credentials: Credentials, scope: KeyScope, scopeText: string): Buffer {
    const { keys, secret } = this.#derivedOf(credentials)
    let key = keys.get(scopeText)
    if (!key) {
      if (keys.size >= MOST_SCOPES) keys.clear()
      keys.set(scopeText, (key = deriveKey(secret, scope)))
    }
    return key
  }

  /** Anew where whoever provides them has put another secret into the same object. */
  #derivedOf(credentials: Credentials): Derived {
    const secret = credentials.secretAccessKey
    let derived = this.#byCredentials.get(credentials)
    if (derived?.secret !== secret)
      this.#byCredentials.set(credentials, (derived = { secret, keys: new Map() }))
    return derived
  }
}

/** Source: IAM user guide, "Create a signed AWS API request", step 4. */
export function deriveKey(secretAccessKey: string, { day, region, service }: KeyScope): Buffer {
  const ofDay = hmac(`AWS4${secretAccessKey}`, day)
  return hmac(hmac(hmac(ofDay, region), service), 'aws4_request')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** What a request is signed with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly expiration?: Date | undefined
}

/** A provider as the SDK resolves it: it remembers what it gave, and asks its source once for all who wait. */
export type CredentialProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<Credentials>

/** As the SDK does, so that a signature never meets credentials that end on the way. */
const REFRESH_BEFORE_MS = 5 * 60_000

/** A source that is down, has nothing fresher yet, or gives what is refused, is asked no more often than this. */
const PAUSE_MS = 10_000

/**
 * The credentials of a client, at hand without a promise while they last.
 *
 * Near their end they are refreshed aside: those at hand are good until they expire, and a source that fails meanwhile
 * costs no call.
 */
export class LastingCredentials {
  readonly #providerNow: () => CredentialProvider
  #provider: CredentialProvider | undefined
  #current: Credentials | undefined
  #refused: Credentials | undefined
  #pending: Promise<Credentials> | undefined
  #pauseEndsMs = 0
  #patienceEndsMs = 0

  /** The provider is looked up each time, since a client may be given another. */
  constructor(providerNow: () => CredentialProvider) {
    this.#providerNow = providerNow
  }

  get(): Credentials | Promise<Credentials> {
    const current = this.#current
    if (!current || this.#provider !== this.#providerNow()) return this.#ask()
    if (current.expiration === undefined) return current
    const nowMs = Date.now()
    const leftMs = current.expiration.getTime() - nowMs
    if (leftMs <= 0) return this.#ask()
    if (leftMs < REFRESH_BEFORE_MS) this.#refreshAside(nowMs)
    return current
  }

  /** Forgets credentials that the service does not take any more. */
  refuse(credentials: Credentials): void {
    const nowMs = Date.now()
    if (nowMs < this.#patienceEndsMs || !this.#current || !areSame(this.#current, credentials)) return
    this.#patienceEndsMs = nowMs + PAUSE_MS
    this.#current = undefined
    this.#refused = credentials
  }

  #refreshAside(nowMs: number): void {
    if (this.#pending || nowMs < this.#pauseEndsMs) return
    this.#pauseEndsMs = nowMs + PAUSE_MS
    this.#ask().catch(() => {})
  }

  #ask(): Promise<Credentials> {
    this.#pending ??= this.#fetch().finally(() => (this.#pending = undefined))
    return this.#pending
  }

  async #fetch(): Promise<Credentials> {
    const provider = this.#providerNow()
    let given = complete(await provider())
    // The provider does not know that the service refused what it remembers.
    if (this.#refused && areSame(given, this.#refused))
      given = complete(await provider({ forceRefresh: true }))
    this.#provider = provider
    this.#current = given
    return given
  }
}

/** Providers are written by users, and the SDK checks what they give when it signs. */
function complete(given: Credentials | undefined): Credentials {
  if (typeof given?.accessKeyId === 'string' && typeof given.secretAccessKey === 'string') return given
  throw new Error('the credentials that the client got have no keys')
}

function areSame(one: Credentials, other: Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.sessionToken === other.sessionToken
}

import { InvalidSettingError, show } from '../../core/settings.js'

/** What a call of fetch asks for. */
export interface FetchArguments {
  /** Follows no signal. */
  readonly request: Request
  readonly signal: AbortSignal | undefined
}

/** The arguments of fetch, read as the standard does. @throws {TypeError} */
export function fetchArguments(
  input: string | URL | Request,
  init: RequestInit,
  baseUrl: URL | undefined,
): FetchArguments {
  if (Object(init) !== init) throw new InvalidSettingError('init', init, 'an object')
  const signal = signalOf(input, init)
  // What is no text may print as anything, and only a text is meant to be relative.
  const base = typeof input === 'string' ? baseUrl : undefined
  const target = input instanceof Request ? input : absolute(String(input), base)
  const request = new Request(target, withoutSignal(init))
  const { protocol } = new URL(request.url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`A function is called by http: and https: URLs, but the scheme was '${protocol}'.`)
  }
  return { request, signal }
}

function signalOf(input: unknown, init: RequestInit): AbortSignal | undefined {
  const signal = init.signal === undefined && input instanceof Request ? input.signal : init.signal
  if (signal === undefined || signal === null) return undefined
  // Not by instanceof: signals come from other realms too.
  if (typeof signal.throwIfAborted === 'function') return signal
  throw new InvalidSettingError('init.signal', signal, "an AbortSignal, such as an AbortController's signal")
}

/**
 * A Request makes a signal of its own that follows the one it is given, and goes on listening for as long as it lives:
 * a signal that outlives many requests would collect them.
 */
function withoutSignal(init: RequestInit): RequestInit {
  // Not a copy: of a Request in place of an init, the members are not its own. Not a proxy of the init itself: of one
  // that is frozen, no member may be given out changed.
  return new Proxy({}, { get: (_, key) => (key === 'signal' ? null : Reflect.get(init, key)) })
}

function absolute(input: string, baseUrl: URL | undefined): URL {
  if (URL.canParse(input, baseUrl?.href)) return new URL(input, baseUrl)
  throw new TypeError(`${show(input)} is no absolute URL: pass one, or set baseUrl.`)
}

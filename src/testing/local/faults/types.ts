import type { Duration } from '../../../core/duration.js'

interface Answered {
  /** Whether the handler runs before this is answered. Default `false`. */
  readonly executed?: boolean
  /** How long the answer is held back. Default none. */
  readonly delay?: Duration
  readonly headers?: Readonly<Record<string, string>>
}

interface Executed {
  /** Whether the handler runs before this happens. Default `false`. */
  readonly executed?: boolean
}

interface Trickle {
  /** How many bytes go out at a time. Default 1. */
  readonly bytes?: number
  /** How long it waits after each. Default 10 ms. */
  readonly every?: Duration
}

/** Something that goes wrong with one request. Plain data; each says whether the handler runs. */
export type Fault =
  /** Nothing goes wrong; lets one request of a script through. The handler runs. */
  | { readonly type: 'none' }
  /** An error of the Lambda service, with the status Lambda sends it with unless one is given. */
  | (Answered & {
      readonly type: 'error'
      readonly name: string
      readonly status?: number
      /** `null` is what Lambda sends where it will not say. Default a text that names the error. */
      readonly message?: string | null
      /** Further members of the JSON body, such as `{ EC2ErrorCode: '…' }`. */
      readonly fields?: Readonly<Record<string, unknown>>
    })
  /** 429 TooManyRequestsException. The handler does not run. */
  | {
      readonly type: 'throttle'
      /** Default `'ConcurrentInvocationLimitExceeded'`. */
      readonly reason?: string
      /** How long the caller is asked to wait; Retry-After carries it in seconds. Default none. */
      readonly retryAfter?: Duration
      /** The Retry-After header as it is, in place of `retryAfter`: an HTTP date, or nonsense. Default none. */
      readonly retryAfterHeader?: string
      readonly message?: string
      readonly delay?: Duration
      readonly headers?: Readonly<Record<string, string>>
    }
  /** 200 with X-Amz-Function-Error: a payload of `errorType` and `errorMessage`, or any `payload` of yours. */
  | (Answered & {
      readonly type: 'functionError'
      readonly errorType?: string
      readonly errorMessage?: string
      readonly payload?: string | Uint8Array
    })
  /** Time passes before the handler runs, after it, or both. The handler runs. */
  | { readonly type: 'latency'; readonly before?: Duration; readonly after?: Duration }
  /** A page of a proxy or a load balancer instead of Lambda's answer. */
  | (Answered & { readonly type: 'html'; readonly status: number })
  /** 302 to elsewhere. The handler does not run. */
  | { readonly type: 'redirect'; readonly location?: string }
  /** RST before the body has been read whole: at its start, or after so many bytes. The handler does not run. */
  | { readonly type: 'resetWhileReading'; readonly afterBytes?: number }
  /** RST once the request has been read whole. */
  | (Executed & { readonly type: 'resetAfterReading' })
  /** FIN once the request has been read whole. */
  | (Executed & { readonly type: 'closeAfterReading' })
  /** The head and half of the body, then RST or FIN (default `'rst'`). The handler runs. */
  | { readonly type: 'cutReply'; readonly mode?: 'rst' | 'fin' }
  /** The head and half of the body, then nothing more. The handler runs. */
  | { readonly type: 'stallReply' }
  /** The request is read whole and never answered. */
  | (Executed & { readonly type: 'stallHead' })
  /** The head of the reply trickles, then the body comes at once. The handler runs. */
  | (Trickle & { readonly type: 'slowHead' })
  /** The head comes at once, then the body trickles. The handler runs. */
  | (Trickle & { readonly type: 'slowBody' })
  /** Bytes that are no HTTP. */
  | (Executed & { readonly type: 'garbage' })
  /** Answers this request; the next one on the same connection finds it closed, and is not read. The handler runs. */
  | { readonly type: 'staleKeepAlive' }

/** Something that goes wrong with one connection before any request on it is known. No handler runs. */
export type ConnectionFault =
  /** Nothing goes wrong; lets one connection of a script through. */
  | { readonly type: 'none' }
  /** RST as soon as it is accepted. */
  | { readonly type: 'resetOnConnect' }
  /** The kernel accepts it, and nobody ever answers on it. */
  | { readonly type: 'hangBeforeAccept' }

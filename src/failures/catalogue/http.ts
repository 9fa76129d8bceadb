import type { Verdict } from '../verdict.js'

// What functions that speak HTTP answer, and what the formats of their events do not allow.
// prettier-ignore
export const http = {
  HttpTooManyRequests: { kind: 'throttle', retry: 'later', ran: 'yes', breaker: 'ignore',
    means: 'The function answered 429: it takes no more for now.', advice: 'Send less at a time.' },
  HttpBadGateway: { kind: 'transient', retry: 'soon', ran: 'yes', breaker: 'failure',
    means: 'The function answered 502: what it depends on failed.', advice: 'Try again if a second run does no harm.' },
  HttpServiceUnavailable: { kind: 'transient', retry: 'soon', ran: 'yes', breaker: 'failure',
    means: 'The function answered 503: it cannot serve for now.', advice: 'Try again if a second run does no harm.' },
  HttpGatewayTimeout: { kind: 'transient', retry: 'soon', ran: 'yes', breaker: 'failure',
    means: 'The function answered 504: what it depends on was too slow.', advice: 'Try again if a second run does no harm.' },
  HttpErrorStatus: { kind: 'transient', retry: 'soon', ran: 'yes', breaker: 'failure',
    means: 'The function answered with a status that was declared a failure.', advice: 'Look at the answer.' },
  HttpReplyInvalid: { kind: 'response', retry: 'never', ran: 'yes', breaker: 'ignore',
    means: 'The function answered, and its reply is no valid one for the format.', advice: 'Make the function return what the format asks for.' },
  HttpReplyTooLarge: { kind: 'response', retry: 'never', ran: 'yes', breaker: 'ignore',
    means: "The function answered, and its reply is over the format's limit.", advice: 'Return less, or a link to it.' },
  HttpRequestTooLarge: { kind: 'request', retry: 'never', ran: 'no', breaker: 'ignore',
    means: "The request's body is over the format's limit, so it was not sent.", advice: 'Send less, or pass a reference such as an S3 key.' },
} as const satisfies Record<string, Verdict>

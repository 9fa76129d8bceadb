import type { Verdict } from '../verdict.js'

// Answers without a known name, by HTTP status: mostly what gateways and proxies say in Lambda's place.
// prettier-ignore
export const gateway = {
  BadGateway: { kind: 'transient', retry: 'soon', ran: 'maybe', breaker: 'failure',
    means: "A gateway or proxy answered 502 in Lambda's place.", advice: 'Try again if a second run does no harm, and check the proxy if it goes on.' },
  GatewayUnavailable: { kind: 'transient', retry: 'soon', ran: 'maybe', breaker: 'failure',
    means: "A gateway or proxy answered 503 in Lambda's place.", advice: 'Try again if a second run does no harm, and check the proxy if it goes on.' },
  GatewayTimeout: { kind: 'transient', retry: 'soon', ran: 'maybe', breaker: 'failure',
    means: 'A gateway or proxy gave up waiting (504); the function may still be running.', advice: "Try again if a second run does no harm, or raise the proxy's time limit." },
  ServerError: { kind: 'transient', retry: 'soon', ran: 'maybe', breaker: 'failure',
    means: 'The answer is a 5xx error of no known name.', advice: 'Try again if a second run does no harm.' },
  Throttled: { kind: 'throttle', retry: 'later', ran: 'no', breaker: 'ignore',
    means: 'The request was throttled, under no known name.', advice: 'Send less at a time.' },
  Forbidden: { kind: 'permission', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The request was refused (401 or 403), perhaps by a proxy.', advice: 'Check the credentials, and which hosts the proxy lets through.' },
  ProxyAuthenticationRequired: { kind: 'permission', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'A proxy wants credentials of its own (407).', advice: "Give the client the proxy's credentials." },
  RequestRefused: { kind: 'request', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The answer is a 4xx error of no known name.', advice: 'Correct what the message names.' },
  UnexpectedRedirect: { kind: 'config', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The answer is a redirect (3xx), which Lambda never sends.', advice: 'Check the endpoint and the proxy.' },
} as const satisfies Record<string, Verdict>

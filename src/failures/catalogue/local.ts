import type { Verdict } from '../verdict.js'

// What this library refuses or gives up by itself.
// prettier-ignore
export const local = {
  DeadlineExceeded: { kind: 'local', retry: 'never', ran: 'maybe', breaker: 'ignore',
    means: 'The call did not end before its deadline.', advice: 'Raise the deadline, or find out why the function is slow.' },
  AttemptTimedOut: { kind: 'transient', retry: 'soon', ran: 'maybe', breaker: 'failure',
    means: 'One attempt did not end within its timeout; the function may still be running.', advice: 'Try again if a second run does no harm, or raise the timeout.' },
  CircuitOpen: { kind: 'local', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The function failed too often, and its circuit breaker lets nothing through for now.', advice: 'Call again when the circuit has closed.' },
  BulkheadFull: { kind: 'local', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'As many calls as allowed are in flight, and the queue is full.', advice: "Send less at a time, or raise the bulkhead's limits." },
  BulkheadWaitTooLong: { kind: 'local', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The call waited in the queue for as long as it may.', advice: "Send less at a time, or raise the bulkhead's limits." },
  RetryBudgetSpent: { kind: 'local', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'Too many of the latest calls were retries, so no more are sent.', advice: 'Wait until the function answers again.' },
  PayloadTooLarge: { kind: 'request', retry: 'never', ran: 'no', breaker: 'ignore',
    means: "The payload is over Lambda's limit of 6 MB, so it was not sent.", advice: 'Send less, or pass a reference such as an S3 key.' },
  PayloadNotSerializable: { kind: 'request', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The payload cannot be turned into JSON, so it was not sent.', advice: 'Send plain JSON data: no BigInt, no cycles.' },
  ClientContextTooLarge: { kind: 'request', retry: 'never', ran: 'no', breaker: 'ignore',
    means: "The client context is over Lambda's limit of 3,583 bytes, so it was not sent.", advice: 'Move data from the client context to the payload.' },
  InputInvalid: { kind: 'request', retry: 'never', ran: 'no', breaker: 'ignore',
    means: 'The payload does not match the input schema, so it was not sent.', advice: 'Correct what the issues name.' },
  ReplyNotDecodable: { kind: 'response', retry: 'never', ran: 'yes', breaker: 'ignore',
    means: 'The function answered, and the reply could not be decoded.', advice: 'Make the function return JSON, or set the codec that it uses.' },
  ReplyInvalid: { kind: 'response', retry: 'never', ran: 'yes', breaker: 'ignore',
    means: 'The function answered, and the reply does not match the output schema.', advice: 'Correct the function or the schema where the issues say.' },
  Aborted: { kind: 'local', retry: 'never', ran: 'maybe', breaker: 'ignore',
    means: 'The caller cancelled the call; a function that had begun runs on.', advice: 'Treat it as cancelled.' },
  OperationFailed: { kind: 'transient', retry: 'soon', ran: 'maybe', breaker: 'failure',
    means: 'The operation threw an error.', advice: 'Look at the cause.' },
} as const satisfies Record<string, Verdict>

/**
 * What a caller tells the function about the attempt, by its names in the custom part of the client context.
 *
 * The values are texts, since the runtimes of Go, Java and .NET read a map of texts there and fail on anything else.
 */
export const FORWARDED = {
  /** How long somebody waits for this attempt, in ms from when it was sent. */
  remainingMs: 'resilient-lambda-remaining-ms',
  /** Until when somebody waits for it, in ms since the epoch by the caller's clock. */
  deadline: 'resilient-lambda-deadline',
  /** Which attempt of its call it is, from 1. */
  attempt: 'resilient-lambda-attempt',
} as const

/** Where an idempotency key stands in the custom part of the client context unless another name is set. */
export const IDEMPOTENCY_KEY = 'idempotencyKey'

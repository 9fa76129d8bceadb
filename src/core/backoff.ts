/** The named ways to wait, each between retry n and n + 1: see `BACKOFFS`. */
export type BackoffName = 'full' | 'equal' | 'decorrelated' | 'exponential' | 'constant'

/** What a backoff may look at. */
export interface BackoffStep {
  /** Which retry is coming, 1 for the first. */
  readonly retry: number
  readonly baseMs: number
  readonly capMs: number
  /** The wait before the last attempt, in ms; 0 before the first retry. */
  readonly previousMs: number
  /** A number in [0, 1). */
  readonly random: number
}

/** How long to wait before a retry, in ms. */
export type Backoff = (step: BackoffStep) => number

function exponential({ retry, baseMs, capMs }: BackoffStep): number {
  return Math.min(capMs, baseMs * 2 ** (retry - 1))
}

/**
 * Waits by name. Jitter spreads callers that failed together: `full` over everything from 0, `equal` over the upper
 * half, `decorrelated` between the base and three times the last wait.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export const BACKOFFS: Readonly<Record<BackoffName, Backoff>> = {
  full: (step) => step.random * exponential(step),
  equal: (step) => (0.5 + step.random / 2) * exponential(step),
  decorrelated: ({ baseMs, capMs, previousMs, random }) =>
    Math.min(capMs, baseMs + random * (Math.max(baseMs, previousMs * 3) - baseMs)),
  exponential,
  constant: ({ baseMs, capMs }) => Math.min(capMs, baseMs),
}

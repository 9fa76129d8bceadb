import type { Result } from 'resilient-lambda'

/** `code, kind, may have run`, or `answered`. */
export function answerOf(result: Result<unknown>): string {
  if (result.ok) return 'answered'
  const { code, kind, mayHaveRun } = result.error
  return `${code}, ${kind}, ${mayHaveRun ? 'may have run' : 'did not run'}`
}

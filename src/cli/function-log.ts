import type { Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'

/** `own`: what the function itself has printed. `whole`: with Lambda's lines around it. */
export type LogPart = 'own' | 'whole'

/** What Lambda writes around the function's own lines; the error, as one line of JSON, is told as a stack trace. */
const LAMBDA_LINE = /^(?:START|END|REPORT) RequestId: |\tERROR\tInvoke Error \t/

/** Tells of what the function has logged in each attempt and where its error comes from, for calls that ask for it. */
export function functionLog(part: LogPart, tell: (text: string) => void): Policy {
  return (next) =>
    async function toldOfLog(call, context) {
      const outcome = await next(call, context)
      const lines = [...logOf(outcome, part), ...traceOf(outcome)]
      if (lines.length > 0) tell(lines.join('\n'))
      return outcome
    }
}

function logOf(outcome: Outcome, part: LogPart): readonly string[] {
  const log = outcome.ok ? outcome.reply.logTail : outcome.failure.remote?.logTail
  if (log === undefined) return []
  const lines = log.trimEnd().split('\n')
  if (part === 'whole') return lines
  const own = lines.filter((line) => line !== '' && !LAMBDA_LINE.test(line))
  return log.startsWith('START ') ? own : ['The last 4 KB of the log:', ...own]
}

function traceOf(outcome: Outcome): readonly string[] {
  if (outcome.ok) return []
  const { requestId = '-', remote } = outcome.failure
  const [first, ...frames] = remote?.trace ?? []
  return first === undefined ? [] : [`${requestId} ${first}`, ...frames]
}

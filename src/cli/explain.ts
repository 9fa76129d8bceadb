import { CATALOGUE, type FailureCode } from '../failures/catalogue.js'
import { FAILURE_KINDS } from '../failures/verdict.js'
import { nearestOf } from '../testing/nearest.js'
import { wrongUsage } from './command-error.js'
import { reasonOf, reasons } from './reasons.js'

const CODES = Object.keys(CATALOGUE) as readonly FailureCode[]
const FACTS = ['means', 'advice', 'ran', 'retry', 'breaker'] as const

/** What a failure's code or a reason of the log means, or, without one, which codes there are. @throws {CommandError} */
export function explain(name: string | undefined): string {
  if (name === undefined) return FAILURE_KINDS.map(listed).join('\n\n')
  const code = sameIn(CODES, name)
  if (code !== undefined) return explainCode(code)
  const known = reasons()
  const reason = sameIn([...known.keys()], name)
  if (reason !== undefined) {
    const lines = known.get(reason) ?? []
    return [reason, ...lines.map(([status, why]) => `  ${status}  ${why}`)].join('\n')
  }
  const nearest = nearestOf(name, [...new Set([...CODES, ...known.keys()])])
  throw wrongUsage(`There is no code or reason '${name}'. Nearest: ${nearest.join(', ')}.`)
}

function explainCode(code: FailureCode): string {
  const row = CATALOGUE[code]
  const answered = reasonOf(code)
  const answer = answered ? `${answered.status} ${answered.reason}` : "the function's own"
  const facts = [...FACTS.map((fact) => [fact, row[fact]] as const), ['answer', answer] as const]
  return [`${code} (${row.kind})`, ...facts.map(([fact, text]) => `  ${fact.padEnd(7)}  ${text}`)].join('\n')
}

function listed(kind: string): string {
  return [kind, ...CODES.filter((code) => CATALOGUE[code].kind === kind).map((code) => `  ${code}`)].join(
    '\n',
  )
}

/** The one of `names` that was meant, in whatever case it was written. */
function sameIn<T extends string>(names: readonly T[], written: string): T | undefined {
  return names.find((name) => name.toLowerCase() === written.toLowerCase())
}

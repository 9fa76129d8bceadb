import { CATALOGUE, type FailureCode } from '../failures/catalogue.js'
import { FAILURE_KINDS } from '../failures/verdict.js'
import { nearestOf } from '../testing/nearest.js'
import { wrongUsage } from './command-error.js'

const CODES = Object.keys(CATALOGUE) as readonly FailureCode[]
const FACTS = ['means', 'advice', 'ran', 'retry', 'breaker'] as const

/** What a failure's code means, or, without a code, which there are. @throws {CommandError} */
export function explain(code: string | undefined): string {
  if (code === undefined) return FAILURE_KINDS.map(listed).join('\n\n')
  if (!isCode(code)) {
    throw wrongUsage(`There is no code '${code}'. Nearest: ${nearestOf(code, CODES).join(', ')}.`)
  }
  const row = CATALOGUE[code]
  return [`${code} (${row.kind})`, ...FACTS.map((fact) => `  ${fact.padEnd(7)}  ${row[fact]}`)].join('\n')
}

function listed(kind: string): string {
  return [kind, ...CODES.filter((code) => CATALOGUE[code].kind === kind).map((code) => `  ${code}`)].join(
    '\n',
  )
}

function isCode(text: string): text is FailureCode {
  return Object.hasOwn(CATALOGUE, text)
}

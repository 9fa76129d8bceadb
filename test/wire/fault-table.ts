import type { Result } from 'resilient-lambda'
import type { FaultCase } from './fault-case.js'
import { measureOurs, measureSdk, type Count, type Measured } from './measure.js'

/** One fault, and what it made of a call: through the SDK alone, and of an ordinary and an idempotent one of ours. */
export interface Row {
  readonly fault: FaultCase
  /** Undefined where the SDK waits for ever. */
  readonly sdk: Count | undefined
  readonly ordinary: Measured
  readonly idempotent: Measured
}

const rows = new Map<FaultCase, Promise<Row>>()

/** The row of a fault; measured once, whoever asks. */
export function rowOf(fault: FaultCase): Promise<Row> {
  const row = rows.get(fault) ?? measureRow(fault)
  rows.set(fault, row)
  return row
}

async function measureRow(fault: FaultCase): Promise<Row> {
  const ordinary = await measureOurs(fault)
  const idempotent = await measureOurs(fault, { shape: (fn) => fn.idempotent() })
  const sdk = fault.sdk === false ? undefined : await measureSdk(fault)
  return { fault, sdk, ordinary, idempotent }
}

/** `code, kind, may have run` or `code, kind, did not run`; or `answered`. */
export function answerOf(result: Result<unknown>): string {
  if (result.ok) return 'answered'
  const { code, kind, mayHaveRun } = result.error
  return `${code}, ${kind}, ${mayHaveRun ? 'may have run' : 'did not run'}`
}

/** All answers that are true of a fault, the usual one first. */
export function answersOf({ answer }: FaultCase): readonly string[] {
  return typeof answer === 'string' ? [answer] : answer
}

const HEAD = ['Fault', 'AWS SDK', 'Ordinary', 'Idempotent', 'Error', 'Kind', 'Function']

const introduction = (sdkVersion: string): string => `# Faults, and how often the function runs

Each line is one call of a function during which every request meets the same fault, over real sockets against the local
Lambda, with 3 attempts. A cell says how often the function **ran** / how many requests reached the server, by the
server's own count: with the AWS SDK ${sdkVersion} as it comes, and with this library for an ordinary function and for one that
was declared \`.idempotent()\`. The last three columns are the error of the ordinary call.

The local Lambda speaks plain HTTP. Over TLS a request that is cut before its last byte counts as one that may have run,
since Node tells too late how much of it is out.

This page is written and checked by the tests: \`npx vitest run test/wire/faults.test.ts --update\`.
`

const FOOTNOTE = `¹ With \`requestTimeout\` (made to throw) and \`socketTimeout\` set; as it comes, the SDK waits for ever.
`

/** The page that shows all rows. */
export function faultPage(measured: readonly Row[], sdkVersion: string): string {
  return [introduction(sdkVersion), alignedTable([HEAD, ...measured.map(cellsOf)]), FOOTNOTE].join('\n')
}

/** A page without what was counted of the SDK, which differs from version to version. */
export function withoutSdk(page: string): string {
  return page.replace(/AWS SDK \S+/, '').replaceAll(/^(\|[^|]*)\|[^|]*/gm, '$1')
}

function cellsOf({ fault, sdk, ordinary, idempotent }: Row): string[] {
  const sdkCell = sdk ? `${countCell(sdk)}${fault.sdk ? ' ¹' : ''}` : 'waits for ever'
  const [error = ''] = answersOf(fault)
  return [fault.name, sdkCell, countCell(ordinary), countCell(idempotent), ...error.split(', ')]
}

function countCell({ runs, requests }: Count): string {
  return `${runs > 1 ? `**${runs}**` : runs} / ${requests}`
}

/** With columns of even width, as prettier leaves it. */
function alignedTable(lines: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |\n`
  const [head = [], ...body] = lines
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('')
}

import type { ExecutionRecord } from 'resilient-lambda/testing'
import { BARE_SDK } from './chapters/uncertainty.js'
import { time } from './format.js'
import type { Stage } from './stage.js'
import type { Counts } from './tally.js'

const COLUMNS = ['calls', 'answered', 'fallback', 'failed', 'attempts', 'executions', 'p50', 'p95', 'max']
const NAME = 10
const CELL = 9

/** What it all came to: calls as the events tell them, executions as the server counted them. */
export function summarise({ paper, tally, local, idempotent }: Stage): void {
  const { executions } = local
  const ours = executions.filter((execution) => idempotent.has(ticketOf(execution)))

  paper.heading('Summary')
  paper.line([row('', COLUMNS), 'dim'])
  for (const [name, counts] of tally.functions) {
    paper.line(row(name, cells(counts, ours.filter((execution) => execution.function === name).length)))
  }
  paper.line([row('all', cells(total([...tally.functions.values()]), ours.length)), 'bold'])
  paper.line([
    '  Calls as their events tell them, executions as the server counted them; times of answers.',
    'dim',
  ])
  paper.line()

  const ordinary = [...idempotent].filter(([, declared]) => !declared).map(([ticket]) => ticket)
  const runs = (ticket: string): number => executions.filter((one) => ticketOf(one) === ticket).length
  const twice = ordinary.filter((ticket) => runs(ticket) > 1).length
  fact('attempts repeated', tally.repeats)
  fact('repeats refused because the function may have run', tally.repeatsRefused)
  fact('attempts let go while the function may have been running', tally.letGo)
  fact('circuit openings', tally.openings)
  fact('ordinary calls that ran more than once', `${twice} of ${ordinary.length}`)
  fact('executions for one call of the bare SDK', runs(BARE_SDK))

  function fact(text: string, value: number | string): void {
    paper.line(`  ${text.padEnd(58)}`, [String(value).padStart(8), 'bold'])
  }
}

function cells(counts: Counts, executions: number): string[] {
  const { calls, answered, byFallback, failed, attempts, latenciesMs } = counts
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const quantile = (share: number): string => {
    const ms = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
    return ms === undefined ? '–' : time(ms)
  }
  const numbers = [calls, answered, byFallback, failed, attempts, executions].map(String)
  return [...numbers, quantile(0.5), quantile(0.95), quantile(1)]
}

function total(all: readonly Counts[]): Counts {
  const sum = (key: Exclude<keyof Counts, 'latenciesMs'>): number =>
    all.reduce((total, counts) => total + counts[key], 0)
  return {
    calls: sum('calls'),
    answered: sum('answered'),
    byFallback: sum('byFallback'),
    failed: sum('failed'),
    attempts: sum('attempts'),
    latenciesMs: all.flatMap(({ latenciesMs }) => latenciesMs),
  }
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(NAME)}${cells.map((cell, index) => cell.padStart(widthOf(index))).join('')}`
}

function widthOf(column: number): number {
  return Math.max(CELL, (COLUMNS[column]?.length ?? 0) + 2)
}

function ticketOf({ event }: ExecutionRecord): string {
  return String((event as { id?: unknown }).id)
}

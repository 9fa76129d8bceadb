import type { BulkheadSettings } from '../policies/bulkhead.js'
import type { Plan } from './plan.js'
import { stepsOf } from './step-words.js'

/** One step of a plan, outermost first. */
export interface PlanStep {
  readonly step: string
  /** The settings in force, times in ms; false when it is off. Functions stand as `'function'`. */
  readonly settings: unknown
}

/** A plan as data. */
export interface PlanData {
  readonly target: string
  readonly tenant?: string
  readonly idempotent: boolean
  readonly steps: readonly PlanStep[]
}

/** Whether a plan's calls may be repeated, and by what. */
export function idempotenceOf({ idempotent }: Plan): string {
  if (idempotent === 'by key') return 'idempotent by key'
  return idempotent ? 'idempotent' : 'not idempotent'
}

const LINE_WIDTH = 100

/** The plan for people: a step at a time, the outermost first. */
export function explainPlan(name: string, plan: Plan, client: BulkheadSettings | false): string {
  const steps = stepsOf(plan, client)
  const width = Math.max(...steps.map(({ step }) => step.length))
  const { tenantId } = plan.target
  const owner = tenantId === undefined ? name : `${name} for tenant ${tenantId}`
  const head = `${owner}, ${idempotenceOf(plan)}`
  const lines = steps.flatMap(({ step, words }) =>
    wrap(words, LINE_WIDTH - width - 4).map(
      (line, index) => `  ${(index === 0 ? step : '').padEnd(width)}  ${line}`,
    ),
  )
  return [head, ...lines].join('\n')
}

/** Breaks only between clauses, so that each can be read in one go. */
function wrap(words: string, width: number): string[] {
  return words.split(/(?<=;) /).reduce<string[]>((lines, clause) => {
    const last = lines.at(-1)
    if (last === undefined || last.length + clause.length >= width) return [...lines, clause]
    return [...lines.slice(0, -1), `${last} ${clause}`]
  }, [])
}

/** The plan as data. */
export function planData(name: string, plan: Plan, client: BulkheadSettings | false): PlanData {
  const steps = stepsOf(plan, client).map(({ step, settings }) => ({ step, settings: plain(settings) }))
  const { tenantId } = plan.target
  return {
    target: name,
    ...(tenantId !== undefined && { tenant: tenantId }),
    idempotent: plan.idempotent !== false,
    steps,
  }
}

function plain(settings: unknown): unknown {
  return JSON.parse(
    JSON.stringify(settings, (_, value: unknown) => {
      if (typeof value === 'function') return 'function'
      return value === Infinity ? 'Infinity' : value
    }),
  )
}

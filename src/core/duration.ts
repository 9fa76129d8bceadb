type Unit = 'ms' | 's' | 'm' | 'h'

/** A length of time: a number of milliseconds, or a number with a unit, such as `'250ms'`, `'2s'`, `'1.5 m'` or `'1h'`. */
export type Duration = number | `${number}${Unit}`

const UNIT_MS: Record<Unit, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const PATTERN = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)$/

/**
 * The milliseconds of a duration, or undefined when it is not one: negative, not finite, or of an unknown form.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  const match = typeof value === 'string' ? PATTERN.exec(value) : null
  const ms = match ? Number(match[1]) * UNIT_MS[match[2] as Unit] : Infinity
  return Number.isFinite(ms) ? ms : undefined
}

export { formatMs } from '../failures/text.js'

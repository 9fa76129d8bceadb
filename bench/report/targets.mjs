import { figure } from './table.mjs'

/** A target that is met by this much or less; without a value it was not measured. */
export function atMost(what, value, limit, unit = '') {
  return { what, value, limit, unit, rule: '≤', met: known(value) ? value <= limit : undefined }
}

/** A target that is met by this much or more. */
export function atLeast(what, value, limit, unit = '') {
  return { what, value, limit, unit, rule: '≥', met: known(value) ? value >= limit : undefined }
}

const WORDS = new Map([
  [true, 'met'],
  [false, '**not met**'],
  [undefined, 'not measured'],
])

/** Head and lines of the table of targets. */
export function targetLines(targets) {
  const lines = targets.map(({ what, value, limit, unit, rule, met }) => [
    what,
    `${rule} ${limit}${unit}`,
    known(value) ? `${figure(value)}${unit}` : '–',
    WORDS.get(met),
  ])
  return [['target', 'is', 'measured', ''], ...lines]
}

function known(value) {
  return value !== undefined && !Number.isNaN(value)
}

import { aligned } from '../report/table.mjs'

/** The columns of the table: what they are called, and how a figure is written. */
const COLUMNS = {
  success: ['ok, whole run', percent],
  during: ['ok, incident', percent],
  after: ['ok, after', percent],
  attempts: ['attempts per call', factor],
  worst: ['worst second', factor],
  wasted: ['wasted work', percent],
  billedMs: ['billed ms per call', whole],
  p50: ['p50 ms', whole],
  p99: ['p99 ms', whole],
  p999: ['p99.9 ms', whole],
  recovery: ['recovery s', seconds],
  goodput: ['answers per s', whole],
}

/** The figures of one contender in one scenario over all seeds: mean, least and most of each. */
export function rowOf(row, results) {
  const figures = Object.fromEntries(
    Object.keys(results[0].figures).map((key) => {
      const values = results.map((result) => result.figures[key])
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return [key, { mean, least: Math.min(...values), most: Math.max(...values) }]
    }),
  )
  return { ...row, figures, series: results.map((result) => result.series) }
}

/** One line for each row, with the named columns before the figures. */
export function table(rows, names = ['scenario', 'clients', 'contender']) {
  const head = [...names, ...Object.values(COLUMNS).map(([title]) => title)]
  return aligned([head, ...rows.map((row) => cellsOf(row, names))])
}

function cellsOf(row, names) {
  const figures = Object.entries(COLUMNS).map(([key, [, write]]) => spread(row.figures[key], write))
  return [...names.map((name) => String(row[name])), ...figures]
}

/** The mean over the seeds, and in brackets the least and the most where they differ as written. */
function spread({ mean, least, most }, write) {
  const [low, high] = [write(least), write(most)]
  return low === high ? low : `${write(mean)} (${low} to ${high})`
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`
}

function factor(value) {
  return value.toFixed(2)
}

function whole(value) {
  return Number.isNaN(value) ? '–' : value.toFixed(0)
}

function seconds(value) {
  return value === Infinity ? 'never' : value.toFixed(1)
}

import { median, quantile } from '../harness/statistics.mjs'

/** What prettier takes for the line below the head. */
const LEAST_WIDTH = 3

/** Lines of cells as Markdown, in columns; the first line is the head. */
export function aligned(lines) {
  const widths = lines[0].map((_, column) =>
    Math.max(LEAST_WIDTH, ...lines.map((cells) => cells[column].length)),
  )
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |\n`
  const [head, ...body] = lines
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('')
}

/** Three digits that matter. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return (Object.is(Number(value.toFixed(digits)), -0) ? 0 : value).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** The median, and in brackets the quartiles. */
export function spread(values) {
  if (values === undefined) return '–'
  return `${figure(median(values))} (${figure(quantile(values, 0.25))} to ${figure(quantile(values, 0.75))})`
}

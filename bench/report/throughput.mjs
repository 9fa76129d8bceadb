import { drawing } from './svg.mjs'
import { figure } from './table.mjs'

const PLOT = { left: 42, top: 66, width: 760, height: 240 }
const SIZE = { width: 820, height: 336 }
const BAR_GAP = 2
const COLOURS = ['#8a8f98', '#d97706', '#7c6bf0', '#60a5fa', '#2563eb', '#0e9f6e']
const STYLE = `.bar { font-size: 10px }
.base { stroke: #3b4250; stroke-opacity: 0.6; stroke-dasharray: 4 3; fill: none }`
const DARK = '.base { stroke: #d5d9e0 }'

/** Throughput against the first contender, which is 1, by calls in flight: a group of bars for each level. */
export function throughput({ levels, contenders }) {
  const most = Math.ceil(Math.max(1, ...contenders.flatMap(({ factors }) => factors)))
  const y = (factor) => round(PLOT.height * (1 - factor / most))
  const groupWidth = PLOT.width / levels.length
  const barWidth = (groupWidth * 0.86) / contenders.length
  const grid = ticksUpTo(most).map(
    (tick) =>
      `<path d="M0 ${y(tick)}H${PLOT.width}" class="${tick === 1 ? 'base' : 'grid'}"/>` +
      `<text x="-7" y="${y(tick) + 4}" class="end">${tick} ×</text>`,
  )
  const groups = levels.map((level, group) => {
    const bars = contenders.map(({ factors }, at) => {
      const x = round((group + 0.07) * groupWidth + at * barWidth)
      const top = y(factors[group])
      const width = round(barWidth - BAR_GAP)
      return (
        `<rect x="${x}" y="${top}" width="${width}" height="${round(PLOT.height - top)}" fill="${COLOURS[at]}"/>` +
        `<text x="${round(x + width / 2)}" y="${round(top - 4)}" class="bar middle">${figure(factors[group])}</text>`
      )
    })
    const middle = round((group + 0.5) * groupWidth)
    return `${bars.join('\n')}\n<text x="${middle}" y="${PLOT.height + 18}" class="middle">${level} in flight</text>`
  })
  const legend = contenders.map(({ name }, at) => {
    const x = PLOT.left + (at % 3) * 260
    const top = 8 + Math.floor(at / 3) * 20
    return `<rect x="${x}" y="${top}" width="12" height="12" fill="${COLOURS[at]}"/><text x="${x + 18}" y="${top + 10}">${name}</text>`
  })
  const plot = `<g transform="translate(${PLOT.left} ${PLOT.top})">${[...grid, ...groups].join('\n')}</g>`
  const label = 'Throughput over loopback, as multiples of the SDK'
  return drawing({ ...SIZE, label, style: STYLE, dark: DARK }, [...legend, plot])
}

/** Few enough to be read, and 1 among them. */
function ticksUpTo(most) {
  const step = Math.max(1, Math.ceil(most / 8))
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step)
  return [...new Set([...ticks, 1])].toSorted((a, b) => a - b)
}

function round(value) {
  return Number(value.toFixed(1))
}

import { drawing } from '../report/svg.mjs'

const STYLE = `.incident { fill: #3b4250; fill-opacity: 0.07 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }`
const DARK = '.incident { fill: #d5d9e0 }'

const PANEL = { width: 360, height: 170 }
const MARGIN = { left: 46, top: 62, gapX: 58, gapY: 58, bottom: 30, right: 14 }
const SHOWN = [
  { contender: 'p-retry', colour: '#8a8f98' },
  { contender: 'full jitter, 3 attempts', colour: '#d97706' },
  { contender: 'SDK standard', colour: '#7c6bf0' },
  { contender: 'ours', colour: '#0e9f6e' },
]
const SCENARIOS = ['outage', 'brownout']
const FIGURES = [
  { at: 0, title: 'calls answered', most: 1, ticks: [0, 0.5, 1], write: (value) => `${value * 100} %` },
  { at: 1, title: 'attempts per call', most: 6, ticks: [0, 1, 2, 3, 4, 5, 6], write: String },
]

/** Success and attempts per call over time, as means over the seeds: one panel for each scenario and figure. */
export function timeline(rows, { seconds, incident }) {
  const width = MARGIN.left + 2 * PANEL.width + MARGIN.gapX + MARGIN.right
  const height = MARGIN.top + 2 * PANEL.height + MARGIN.gapY + MARGIN.bottom
  const panels = SCENARIOS.flatMap((scenario, column) =>
    FIGURES.map((figure, line) => {
      const x = MARGIN.left + column * (PANEL.width + MARGIN.gapX)
      const y = MARGIN.top + line * (PANEL.height + MARGIN.gapY)
      return `<g transform="translate(${x} ${y})">${panel(rows, scenario, figure, { seconds, incident })}</g>`
    }),
  )
  const legend = SHOWN.map(({ contender, colour }, at) => {
    const x = MARGIN.left + at * 190
    return `<path d="M${x} 20h22" stroke="${colour}" class="line"/><text x="${x + 28}" y="24">${contender}</text>`
  })
  const label = 'Success and attempts per call over time'
  return drawing({ width, height, label, style: STYLE, dark: DARK }, [...legend, ...panels])
}

function panel(rows, scenario, { at, title, most, ticks, write }, { seconds, incident }) {
  const x = (second) => round((second / seconds) * PANEL.width)
  const y = (value) => round(PANEL.height * (1 - Math.min(value, most) / most))
  const lines = SHOWN.flatMap(({ contender, colour }) => {
    const row = rows.find((known) => known.scenario === scenario && known.contender === contender)
    if (!row) return []
    const points = Array.from({ length: seconds }, (_, second) => {
      const values = row.series.map((run) => run[second][at])
      return `${x(second + 0.5)} ${y(values.reduce((sum, value) => sum + value, 0) / values.length)}`
    })
    return `<path d="M${points.join('L')}" stroke="${colour}" class="line"/>`
  })
  const grid = ticks.map(
    (tick) =>
      `<path d="M0 ${y(tick)}H${PANEL.width}" class="grid"/>` +
      `<text x="-7" y="${y(tick) + 4}" class="end">${write(tick)}</text>`,
  )
  const times = [0, incident.from, incident.until, seconds].map(
    (second) => `<text x="${x(second)}" y="${PANEL.height + 17}" class="middle">${second} s</text>`,
  )
  const shade = `<rect x="${x(incident.from)}" width="${x(incident.until - incident.from)}" height="${PANEL.height}" class="incident"/>`
  const name = `<text x="0" y="-10" class="title">${scenario}: ${title}</text>`
  return [shade, ...grid, ...times, name, ...lines].join('\n')
}

function round(value) {
  return Number(value.toFixed(1))
}

import { readFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'

const PACKAGES = ['@aws-sdk/client-lambda', '@smithy/core', 'p-retry', 'opossum']
const HEAD = [
  'scenario',
  'in flight',
  'bare, CPU',
  'added CPU, policies off',
  'added CPU, as it comes',
  'share',
  'bare, time',
  'added time, as it comes',
]

/** The figures as a table, and the page that says how they came about. */
export async function report(measured, rounds) {
  const table = alignedTable([HEAD, ...measured.map(cellsOf)])
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  const packages = await Promise.all(PACKAGES.map(async (name) => `${name} ${await versionOf(name)}`))
  const [cpu] = cpus()
  const page = `# What the library adds to a call

Per call in µs: the median of ${rounds} rounds, and in brackets the quartiles. "Added" is the difference to the bare call of
the same round; blocks of 40 ms of all variants follow each other in a new order every round. CPU is what the calling
process itself computed, which a busy machine disturbs less than the time on the clock; "share" compares the medians of
the CPU.

The bare call is \`client.send(new InvokeCommand(…))\` with JSON on both sides and 1 KB each way; for the pipeline alone it is
the JSON work around an async function. The loopback server is the local Lambda in a process of its own, which shares
the machine's cores. A negative addition is no mistake: the SDK's own retries are off in our requests.

${table}
- ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}
- resilient-lambda ${version}, ${packages.join(', ')}
- Run it again: \`npm run bench\`
`
  return { table, page }
}

function cellsOf({ title, inFlight, wallUs, cpuUs }) {
  const added = differences(cpuUs.asItComes, cpuUs.bare)
  return [
    title,
    String(inFlight),
    spread(cpuUs.bare),
    spread(differences(cpuUs.policiesOff, cpuUs.bare)),
    spread(added),
    `${Math.round((median(added) / median(cpuUs.bare)) * 100)} %`,
    spread(wallUs.bare),
    spread(differences(wallUs.asItComes, wallUs.bare)),
  ]
}

function differences(ours, bare) {
  return ours.map((us, round) => us - bare[round])
}

function spread(values) {
  return `${figure(median(values))} (${figure(quantile(values, 0.25))} to ${figure(quantile(values, 0.75))})`
}

function figure(us) {
  return us.toFixed(Math.abs(us) < 100 ? 1 : 0)
}

function median(values) {
  return quantile(values, 0.5)
}

function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  return below + (sorted[Math.ceil(at)] - below) * (at % 1)
}

function alignedTable(lines) {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |\n`
  const [head, ...body] = lines
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('')
}

/** Read as a file, since not every package exports its package.json. */
async function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')).version
}

import { readFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { aligned } from './table.mjs'
import { targetLines } from './targets.mjs'

const PACKAGES = ['@aws-sdk/client-lambda', '@smithy/core', 'p-retry', 'opossum', 'cockatiel']

/** All that was measured, with what it was measured on. */
export function page(sections, { machine, rounds }) {
  const targets = sections.flatMap((section) => section.targets)
  const met = targets.filter((target) => target.met).length
  return `# What a resilient call costs

${machine.map((line) => `- ${line}\n`).join('')}- ${met} of ${targets.length} targets are met.
- Run it again: \`npm run bench\`; \`npm run bench -- --only pipeline --quick\` for a look at one part.

Every contender runs in a process of its own, and the server in another. After a warm-up they take turns in short blocks, in
a new order every round, with a collection of young garbage before each block. Times are medians of ${rounds} rounds, and in
brackets the quartiles. Differences and ratios are taken within a round.

![Throughput over loopback, as multiples of the SDK's](throughput.svg)

${sections.map(sectionText).join('\n')}`
}

/** One part: what it measures and against what, its tables, its targets. */
export function sectionText({ title, about, notes = [], tables, targets }) {
  const parts = [about, ...notes, ...tables.map(aligned), aligned(targetLines(targets))]
  return `## ${title}\n\n${parts.map((part) => `${part.trimEnd()}\n`).join('\n')}`
}

/** What the figures were measured on, and with which versions. */
export async function machineLines() {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const packages = await Promise.all(PACKAGES.map(async (name) => `${name} ${await versionOf(name)}`))
  const [cpu] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const load = loadavg()[0].toFixed(1)
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${gigabytes} GB, load before the run ${load}`,
    `resilient-lambda ${version}, ${packages.join(', ')}`,
  ]
}

/** Read as a file, since not every package exports its package.json. */
async function versionOf(name) {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')).version
}

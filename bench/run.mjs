// Measures what a resilient call costs, beside bare calls and peers. Prints a table for each topic; a full run writes
// RESULTS.md and throughput.svg.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machineLines, page, sectionText } from './report/page.mjs'
import { throughput } from './report/throughput.mjs'

const TOPICS = ['pipeline', 'failures', 'shared-signal', 'sdk', 'loopback', 'memory', 'soak']
const FULL = { quick: false, rounds: 15, blockMs: 50, warmUpMs: 500 }
const QUICK = { quick: true, rounds: 3, blockMs: 30, warmUpMs: 100 }

const { values: given } = parseArgs({
  options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
})
const asked = given.only ?? TOPICS
for (const name of asked)
  if (!TOPICS.includes(name)) throw new Error(`no ${name}; there are ${TOPICS.join(', ')}`)

const effort = given.quick ? QUICK : FULL
const machine = await machineLines()
const sections = []
for (const name of asked) {
  const startedMs = performance.now()
  const { title, about, measure } = await import(`./topics/${name}.mjs`)
  const section = { title, about, ...(await measure(effort)) }
  sections.push(section)
  process.stdout.write(`${sectionText(section)}\n`)
  process.stderr.write(`${name} took ${Math.round((performance.now() - startedMs) / 1_000)} s\n`)
}

if (asked === TOPICS && !given.quick) {
  await writeFile(new URL('RESULTS.md', import.meta.url), page(sections, { machine, rounds: effort.rounds }))
  const { series } = sections[TOPICS.indexOf('loopback')]
  await writeFile(new URL('throughput.svg', import.meta.url), throughput(series))
}

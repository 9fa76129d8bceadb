// Fleets of callers through incidents, on simulated time. Prints one row for each contender and scenario; with --write it
// runs everything and writes RESULTS.md and timeline.svg.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { CONTENDERS } from './contenders/index.mjs'
import { page } from './page.mjs'
import { runAll } from './pool.mjs'
import { END_MS, INCIDENT, LIMITS, RATE, SCENARIOS } from './scenarios.mjs'
import { timeline } from './svg.mjs'
import { rowOf, table } from './table.mjs'
import { judge } from './targets.mjs'

/** A client of the small fleet makes 50 times as many calls: where that may matter. */
const SMALL_FLEET = 20
const FOR_SMALL_FLEET = ['outage', 'brownout', 'overload']
/** There all calls that a client of the small fleet throttles wait in one line and wake each other: many minutes for each seed. */
const isTooSlow = ({ scenario, contender, clients }) =>
  scenario === 'overload' && contender === 'SDK adaptive' && clients === SMALL_FLEET

const several = { type: 'string', multiple: true }
const { values: given } = parseArgs({
  options: {
    scenario: several,
    contender: several,
    clients: several,
    seeds: { type: 'string', default: '3' },
    rate: { type: 'string', default: String(RATE) },
    deadline: { type: 'string', default: String(LIMITS.deadlineMs) },
    timeout: { type: 'string', default: String(LIMITS.timeoutMs) },
    plan: { type: 'string', default: '{}' },
    write: { type: 'boolean', default: false },
  },
})
const seeds = Array.from({ length: Number(given.seeds) }, (_, before) => before + 1)
const same = {
  limits: { deadlineMs: Number(given.deadline), timeoutMs: Number(given.timeout) },
  rate: Number(given.rate),
  plan: JSON.parse(given.plan),
}

const asked = rowsAsked()
const runs = asked.flatMap((row) => seeds.map((seed) => ({ ...row, ...same, seed })))
let done = 0
const results = await runAll(runs, ({ scenario, contender, clients, seed }, { figures }) => {
  done += 1
  const said = `ok ${(figures.during * 100).toFixed(1)} %, ${figures.attempts.toFixed(2)} attempts per call`
  const title = [scenario, contender, `${clients} clients`, `seed ${seed}`].join(', ')
  process.stderr.write(`${done} of ${runs.length}: ${title}: ${said}\n`)
})
const rows = asked.map((row, at) => rowOf(row, results.slice(at * seeds.length, (at + 1) * seeds.length)))

process.stdout.write(table(rows))
for (const { name } of SCENARIOS) {
  const large = rows.filter(({ scenario, clients }) => scenario === name && clients === 1_000)
  for (const { contender, text, met } of judge(name, large))
    process.stdout.write(`${met ? 'met    ' : 'NOT MET'} ${name}: ${contender}, ${text}\n`)
}
if (given.write) {
  const seconds = { from: INCIDENT.fromMs / 1_000, until: INCIDENT.untilMs / 1_000 }
  const large = rows.filter(({ clients }) => clients === 1_000)
  await writeFile(new URL('RESULTS.md', import.meta.url), page(rows, seeds.length))
  await writeFile(
    new URL('timeline.svg', import.meta.url),
    timeline(large, { seconds: END_MS / 1_000, incident: seconds }),
  )
}

function rowsAsked() {
  const contenders = given.contender ?? CONTENDERS.map(({ name }) => name)
  const fleets = (given.clients ?? [1_000, ...(given.write ? [SMALL_FLEET] : [])]).map(Number)
  const scenarios = given.scenario ?? SCENARIOS.map(({ name }) => name)
  return scenarios.flatMap((scenario) =>
    fleets
      .filter((clients) => !given.write || clients !== SMALL_FLEET || FOR_SMALL_FLEET.includes(scenario))
      .flatMap((clients) => contenders.map((contender) => ({ scenario, contender, clients })))
      .filter((row) => !given.write || !isTooSlow(row)),
  )
}

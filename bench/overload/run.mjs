// Fleets of callers through incidents, on simulated time: prints one row for each contender and scenario.
import { parseArgs } from 'node:util'
import { CONTENDERS } from './contenders/index.mjs'
import { runAll } from './pool.mjs'
import { LIMITS, RATE, SCENARIOS } from './scenarios.mjs'
import { rowOf, table } from './table.mjs'

const several = { type: 'string', multiple: true }
const { values } = parseArgs({
  options: {
    scenario: several,
    contender: several,
    clients: several,
    seeds: { type: 'string', default: '3' },
    rate: { type: 'string', default: String(RATE) },
    deadline: { type: 'string', default: String(LIMITS.deadlineMs) },
    timeout: { type: 'string', default: String(LIMITS.timeoutMs) },
    plan: { type: 'string', default: '{}' },
  },
})
const limits = { deadlineMs: Number(values.deadline), timeoutMs: Number(values.timeout) }
const seeds = Array.from({ length: Number(values.seeds) }, (_, before) => before + 1)
const asked = (values.scenario ?? SCENARIOS.map(({ name }) => name)).flatMap((scenario) =>
  (values.clients ?? ['1000']).flatMap((clients) =>
    (values.contender ?? CONTENDERS.map(({ name }) => name)).map((contender) => ({
      scenario,
      contender,
      clients: Number(clients),
    })),
  ),
)
const runs = asked.flatMap((row) =>
  seeds.map((seed) => ({ ...row, seed, limits, rate: Number(values.rate), plan: JSON.parse(values.plan) })),
)
const results = await runAll(runs)
const rows = asked.map((row, at) => rowOf(row, results.slice(at * seeds.length, (at + 1) * seeds.length)))
process.stdout.write(table(rows))

// What the library adds to a bare `client.send`: prints a table, and writes it to RESULTS.md.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { report } from './report.mjs'

const ROUNDS = 51
const RUNS = [
  { name: 'pipeline', title: 'pipeline alone, scripted transport', inFlight: 1 },
  { name: 'pipeline', title: 'pipeline alone, scripted transport', inFlight: 64 },
  { name: 'stub', title: 'SDK with a stub for its request handler', inFlight: 1 },
  { name: 'stub', title: 'SDK with a stub for its request handler', inFlight: 64 },
  { name: 'loopback', title: 'SDK over loopback, server in its own process', inFlight: 1 },
  { name: 'loopback', title: 'SDK over loopback, server in its own process', inFlight: 64 },
]

const measured = []
for (const run of RUNS) {
  process.stderr.write(`${run.title}, ${run.inFlight} in flight …\n`)
  measured.push({ ...run, ...(await measure(run)) })
}
const { table, page } = await report(measured, ROUNDS)
process.stdout.write(`\n${table}\n`)
await writeFile(new URL('RESULTS.md', import.meta.url), page)

async function measure({ name, inFlight }) {
  const child = fork(new URL('scenario.mjs', import.meta.url), [name, String(inFlight), String(ROUNDS)], {
    execArgv: ['--expose-gc', '--no-warnings'],
  })
  const [result] = await once(child, 'message')
  await once(child, 'exit')
  return result
}

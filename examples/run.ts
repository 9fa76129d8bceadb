// Runs one example against a local Lambda, with what goes wrong in it: npm run example -- 04
import { readdir } from 'node:fs/promises'
import { play } from './stage.js'

const folder = import.meta.dirname
const names = (await readdir(folder))
  .filter((file) => /^\d\d-.*\.js$/.test(file))
  .map((file) => file.slice(0, -'.js'.length))
const wanted = process.argv[2] ?? ''
const name = names.find((name) => wanted !== '' && name.startsWith(wanted))

if (name === undefined) {
  console.log(`Which one? Give the number, or the name.\n  ${names.join('\n  ')}`)
  process.exitCode = 2
} else {
  const { exitCode, stdout, stderr, executions } = await play(name, folder)
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  console.log(`(exit code ${exitCode}; the functions ran ${executions.length} times)`)
  process.exitCode = exitCode ?? 1
}

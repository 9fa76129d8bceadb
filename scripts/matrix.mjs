// Runs the tests on every supported Node and at both ends of every dependency's range, in a clone of what is committed.
// `npm run test:matrix -- 22` runs only the rows whose name contains 22.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const LOWEST = ['p-retry@7.1.1', 'opossum@9.0.0']
const HIGHEST = ['p-retry@9', 'opossum@10']
const OLDEST_SDK = '@aws-sdk/client-lambda@3.521.0'
const NEWEST_SDK = '@aws-sdk/client-lambda@3'

// An old SDK does not declare what some tests compare with; these are the ones in which it is at work.
const WITH_SDK = ['test/wire', 'test/transport', 'test/invoker', 'test/examples']

const ROWS = [
  {
    name: 'Node 20, lowest p-retry and opossum, oldest SDK',
    node: '20',
    install: [...LOWEST, OLDEST_SDK],
    tests: WITH_SDK,
  },
  { name: 'Node 20, newest SDK', node: '20', install: [...LOWEST, NEWEST_SDK] },
  { name: 'Node 22, lowest p-retry and opossum', node: '22', install: LOWEST },
  { name: 'Node 22, highest p-retry and opossum', node: '22', install: HIGHEST },
  { name: 'Node 24, highest p-retry and opossum, newest SDK', node: '24', install: [...HIGHEST, NEWEST_SDK] },
  { name: 'Node 26, highest p-retry and opossum, newest SDK', node: '26', install: [...HIGHEST, NEWEST_SDK] },
]

const only = process.argv[2] ?? ''
const clone = mkdtempSync(join(tmpdir(), 'resilient-lambda-matrix-'))
const inClone = { cwd: clone, stdio: ['ignore', 'ignore', 'inherit'] }
const results = []
try {
  execFileSync('git', ['clone', '--quiet', resolve(import.meta.dirname, '..'), clone])
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], inClone)
  execFileSync('npm', ['run', '--silent', 'build'], inClone)
  for (const { name, node, install, tests = [] } of ROWS.filter((row) => row.name.includes(only))) {
    // Rows are about versions that npm would not choose for the Node it runs on.
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--force', ...install], inClone)
    const binary = execFileSync('npx', ['--yes', '--package', `node@${node}`, 'which', 'node'], {
      encoding: 'utf8',
    }).trim()
    console.log(`\n=== ${name} (${execFileSync(binary, ['-v'], { encoding: 'utf8' }).trim()})`)
    const { status } = spawnSync(
      binary,
      ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', ...tests],
      {
        cwd: clone,
        stdio: 'inherit',
      },
    )
    results.push({ name, passed: status === 0 })
  }
} finally {
  rmSync(clone, { recursive: true, force: true })
}

console.log('')
for (const { name, passed } of results) console.log(`${passed ? 'passed' : 'FAILED'}  ${name}`)
process.exit(results.length > 0 && results.every(({ passed }) => passed) ? 0 : 1)

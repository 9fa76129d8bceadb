// Everything that can be said about the package without running it; every finding is shown, not only the first.
import { spawnSync } from 'node:child_process'

const CHECKS = {
  format: 'prettier --check .',
  lint: 'oxlint --type-aware --deny-warnings',
  types: 'tsc -p tsconfig.json',
  'public API': 'node scripts/api.mjs',
  publint: 'publint --strict',
  'are the types wrong': 'attw --pack . --profile esm-only',
  'unused code': 'knip',
  size: 'node scripts/size.mjs',
}

const failed = []
for (const [name, command] of Object.entries(CHECKS)) {
  const { status, stdout, stderr } = spawnSync(command, {
    shell: true,
    encoding: 'utf8',
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` },
  })
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  if (status === 0) continue
  failed.push(name)
  console.log(`${stdout}${stderr}`)
}
console.log(failed.length === 0 ? 'All checks are fine.' : `Failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)

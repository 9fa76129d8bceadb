import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))
const FLOORS: Readonly<Record<string, number>> = {
  failures: 0,
  core: 1,
  policies: 2,
  transport: 2,
  invoker: 3,
  callee: 4,
  otel: 4,
  testing: 4,
  http: 4,
  'dead-letter': 4,
  cli: 5,
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

function importsOf(file: string, text: string): Import[] {
  return Array.from(text.matchAll(/(?:from|import\()\s*'([^']+)'/g), (match) => {
    const target = match[1] ?? ''
    const inside = target.startsWith('.')
    return { from: file, to: inside ? relative(SRC, resolve(SRC, dirname(file), target)) : target }
  })
}

const imports = files.flatMap((file) => importsOf(file, readFileSync(join(SRC, file), 'utf8')))
const roomOf = (path: string): string => path.split('/')[0] ?? ''

function offences(list: readonly Import[], isOffence: (from: string, to: string) => boolean): string[] {
  return list.filter(({ from, to }) => isOffence(from, to)).map(({ from, to }) => `${from} imports ${to}`)
}

const climbs = (from: string, to: string): boolean => {
  const [low, high] = [FLOORS[roomOf(from)], FLOORS[roomOf(to)]]
  return (
    low !== undefined && high !== undefined && (low < high || (low === high && roomOf(from) !== roomOf(to)))
  )
}
const knowsAws = (from: string, to: string): boolean =>
  to.startsWith('@aws-sdk/') && !['transport', 'dead-letter'].includes(roomOf(from))
const isPolicy = (path: string): boolean =>
  /^policies\/(?:dead-letter|fallback|deadline|failover|bulkhead|retry|adaptive|breaker|hedge|timeout)\.[jt]s$/.test(
    path,
  )

describe('the floors', () => {
  it('finds the imports it is about', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect(new Set(files.filter((file) => file.includes('/')).map(roomOf))).toEqual(
      new Set(Object.keys(FLOORS)),
    )
  })

  it('has every import point down', () => {
    expect(offences(imports, climbs)).toEqual([])
  })

  it('has only the transport and the sinks of dead letters know the AWS SDK', () => {
    expect(offences(imports, knowsAws)).toEqual([])
  })

  it('has no policy import another', () => {
    expect(offences(imports, (from, to) => isPolicy(from) && isPolicy(to))).toEqual([])
  })

  it('has one file each know opossum and p-retry', () => {
    const users = (name: string): string[] => imports.filter(({ to }) => to === name).map(({ from }) => from)
    expect(users('opossum')).toEqual(['core/cells/rolling-breaker.ts'])
    expect(users('p-retry')).toEqual(['policies/retry.ts'])
  })

  it('would notice an offence', () => {
    const made = importsOf(
      'core/x.ts',
      `import { a } from '../policies/retry.js'\nimport b from '@aws-sdk/client-lambda'`,
    )
    expect(offences(made, climbs)).toEqual(['core/x.ts imports policies/retry.js'])
    expect(offences(made, knowsAws)).toEqual(['core/x.ts imports @aws-sdk/client-lambda'])
  })
})

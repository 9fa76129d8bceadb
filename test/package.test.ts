import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TSC = join(ROOT, 'node_modules/.bin/tsc')

let project: string
let packed: readonly string[]

/** Packs the library and puts the tarball's content into an empty project, as npm would. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'resilient-lambda-package-'))
  const source = join(project, 'source')
  mkdirSync(source)
  for (const name of [
    'package.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'src',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(source, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'))
  const report = execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: source,
    encoding: 'utf8',
  })
  const described: unknown = JSON.parse(report)
  const [first] = (Array.isArray(described) ? described : Object.values(described as object)) as {
    filename: string
    files: { path: string }[]
  }[]
  packed = first?.files.map(({ path }) => path) ?? []
  execFileSync('tar', ['-xzf', first?.filename ?? '', '--one-top-level=unpacked'], { cwd: project })
  const modules = join(project, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  cpSync(join(project, 'unpacked/package'), join(modules, 'resilient-lambda'), { recursive: true })
}, 120_000)

afterAll(() => {
  rmSync(project, { recursive: true, force: true })
})

function run(file: string, code: string): string {
  writeFileSync(join(project, file), code)
  return execFileSync(process.execPath, [file], {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

function compile(file: string, code: string): void {
  writeFileSync(join(project, file), code)
  const options = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--skipLibCheck',
    'false',
    '--types',
    'node',
  ]
  try {
    execFileSync(TSC, [...options, file], { cwd: project, encoding: 'utf8' })
  } catch (error) {
    throw new Error(String((error as { stdout?: unknown }).stdout), { cause: error })
  }
}

const USE = `
  lambda('quote').retry({ attempts: 4 }).deadline('2s').idempotent()
  lambdaFetch(lambda('quote'), alb())
  const names: string[] = [typeof createInvoker, typeof isInvokeError, typeof startLocalLambda, typeof retry]
  if (new Set(names).size !== 1) throw new Error(names.join())
`

describe('the package', () => {
  it('holds what users need and nothing else', () => {
    const outside = packed.filter((path) => !/^dist\/.+\.(?:js|d\.ts)$/.test(path))
    expect(outside.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  })

  it('asks for the types of an optional package only where that is the point', () => {
    const optional = /from '(?:@aws-sdk\/client-sqs|@opentelemetry\/api)'/
    const asking = packed
      .filter((path) => path.endsWith('.d.ts'))
      .filter((path) => optional.test(readFileSync(join(project, 'unpacked/package', path), 'utf8')))
    expect(asking.filter((path) => !path.startsWith('dist/otel/'))).toEqual([])
    expect(asking).not.toEqual([])
  })

  it('is imported from an ES module', () => {
    const code = `
      import { lambda, createInvoker, isInvokeError } from 'resilient-lambda'
      import { retry } from 'resilient-lambda/policies'
      import { alb, lambdaFetch } from 'resilient-lambda/http'
      import { startLocalLambda } from 'resilient-lambda/testing'
      import { deadlineOf } from 'resilient-lambda/callee'
      import { openTelemetry } from 'resilient-lambda/otel'
      import { sqsDeadLetter } from 'resilient-lambda/dead-letter'
      import manifest from 'resilient-lambda/package.json' with { type: 'json' }
      ${USE.replace(': string[]', '')}
      console.log(typeof openTelemetry, typeof deadlineOf, typeof sqsDeadLetter, manifest.name)`
    expect(run('import.mjs', code)).toBe('function function function resilient-lambda')
  })

  it('is required from a CommonJS module', () => {
    const code = `
      const { lambda, createInvoker, isInvokeError } = require('resilient-lambda')
      const { retry } = require('resilient-lambda/policies')
      const { alb, lambdaFetch } = require('resilient-lambda/http')
      const { startLocalLambda } = require('resilient-lambda/testing')
      const { attemptOf } = require('resilient-lambda/callee')
      if (attemptOf({}) !== 1) throw new Error('attemptOf')
      ${USE.replace(': string[]', '')}
      console.log('required')`
    expect(run('require.cjs', code)).toBe('required')
  })

  it('compiles under strict TypeScript, as an ES module and as CommonJS, with its declarations checked', () => {
    const imports = `
      import { lambda, createInvoker, isInvokeError } from 'resilient-lambda'
      import { retry } from 'resilient-lambda/policies'
      import { alb, lambdaFetch } from 'resilient-lambda/http'
      import { serveLambda, type HttpRequest } from 'resilient-lambda/http'
      import { startLocalLambda } from 'resilient-lambda/testing'
      import { attemptOf, deadlineOf, idempotencyKeyOf } from 'resilient-lambda/callee'
      import type { Context } from 'aws-lambda'
    `
    const typed = `
      const handler = async (event: { sku: string }) => ({ total: event.sku.length, at: new Date() })
      export async function total(): Promise<number> {
        const { total, at } = await lambda<typeof handler>('quote').invoke({ sku: 'A1' })
        return total + at.length
      }
      export const respond: (request: Request) => Promise<Response> = serveLambda(lambda('shop'), alb())
      export function cooperating(_: unknown, context: Context): [number, number, string | undefined] {
        lambda('quote').deadline(deadlineOf(context))
        return [deadlineOf(context).remainingMs, attemptOf(context), idempotencyKeyOf(context)]
      }
      export const encoded: string = alb().encode({} as HttpRequest).httpMethod
    `
    compile('use.mts', imports + USE + typed)
    compile('use.cts', imports + USE + typed)
  })

  it('says so when a payload has the wrong type', () => {
    const wrong = `
      import { lambda } from 'resilient-lambda'
      const handler = async (event: { sku: string }) => event.sku
      void lambda<typeof handler>('quote').invoke({ sku: 1 })
    `
    expect(() => compile('wrong.mts', wrong)).toThrow(/TS2322/)
  })

  it('has a command', () => {
    const { bin } = JSON.parse(readFileSync(join(project, 'unpacked/package/package.json'), 'utf8')) as {
      bin: Record<string, string>
    }
    const command = join(project, 'node_modules/resilient-lambda', bin['resilient-lambda'] ?? '')
    expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const explained = execFileSync(process.execPath, [command, 'explain', 'CircuitOpen'], {
      encoding: 'utf8',
    })
    expect(explained).toMatch(/^CircuitOpen/)

    const wrong = spawnSync(process.execPath, [command, 'serve', '--prot', '1'], { encoding: 'utf8' })
    expect(wrong).toMatchObject({ status: 2, stdout: '' })
    expect(wrong.stderr).toMatch(/^There is no flag --prot\. Nearest: --port.*\n$/)
  })

  it('serves a handler of the project, and ends when it is told to', async () => {
    writeFileSync(
      join(project, 'hello.mjs'),
      'export const handler = async () => ({ statusCode: 200, body: "hi" })',
    )
    const command = join(project, 'node_modules/resilient-lambda/dist/cli/main.js')
    const serving = spawn(process.execPath, [command, 'serve', '--module', './hello.mjs', '--port', '0'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const exited = once(serving, 'exit')
    const printed: string[] = []
    for await (const line of createInterface({ input: serving.stdout })) {
      printed.push(line)
      const url = /^Listening on (\S+)/.exec(line)?.[1]
      if (url !== undefined) expect(await (await fetch(`${url}/a?b=1`)).text()).toBe('hi')
      if (line.includes(' 200 function ')) serving.kill('SIGTERM')
    }
    expect(printed.at(-1)).toMatch(/"GET \/a\?b=1 HTTP\/1\.1" 200 function - hello 1 \d+ 0 2 /)
    expect(await exited).toEqual([0, null])
  })

  it('keeps its version in one more place only, and that is the same', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(readFileSync(join(ROOT, 'src/version.ts'), 'utf8')).toContain(`'${version}'`)
    expect(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).toContain(`[${version}]`)
  })
})

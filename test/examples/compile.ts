import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

/** The examples made to run, beside a copy of the library as they import it. */
export interface Compiled {
  readonly folder: string
  remove(): Promise<void>
}

/**
 * Compiles library and examples into a package of their own.
 *
 * The examples import the library by its name, which leads to the `dist` beside the nearest package.json: with one of
 * their own they neither need the real build nor mind it being made anew.
 */
export async function compileExamples(): Promise<Compiled> {
  const root = `.build/test-${randomUUID()}`
  const { name, type, exports } = JSON.parse(await readFile('package.json', 'utf8')) as Record<
    string,
    unknown
  >
  await mkdir(root, { recursive: true })
  await writeFile(`${root}/package.json`, JSON.stringify({ name, type, exports }))
  await compile('src', `${root}/dist`)
  await compile('examples', `${root}/examples`)
  return { folder: `${root}/examples`, remove: () => rm(root, { recursive: true }) }
}

async function compile(from: string, to: string): Promise<void> {
  await build({
    entryPoints: [`${from}/**/*.ts`],
    outbase: from,
    outdir: to,
    format: 'esm',
    target: 'node20',
  })
}

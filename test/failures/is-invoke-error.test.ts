import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it, test } from 'vitest'
import { InvokeError, isInvokeError } from '../../src/failures/error.js'
import { failure } from '../../src/failures/failure.js'

interface Module {
  readonly InvokeError: typeof InvokeError
  readonly isInvokeError: typeof isInvokeError
}

const story = { target: 'quote', attempts: [], elapsedMs: 0 }
const failed = failure('CircuitOpen')

it('knows its own', () => {
  expect(isInvokeError(new InvokeError(failed, story))).toBe(true)
})

it('knows the error of a second copy of the library', async () => {
  const secondCopy: string = '../../src/failures/error.js?second-copy'
  const copy = (await import(secondCopy)) as Module
  expect(copy.InvokeError).not.toBe(InvokeError)
  expect(isInvokeError(new copy.InvokeError(failed, story))).toBe(true)
  expect(copy.isInvokeError(new InvokeError(failed, story))).toBe(true)
})

it('knows the error of another realm', async () => {
  const entry = fileURLToPath(new URL('../../src/failures/error.ts', import.meta.url))
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'library',
  })
  const other = runInNewContext(`${bundle.outputFiles[0]?.text}; library`, { TextDecoder }) as Module
  const foreign = new other.InvokeError(failed, story)
  expect(foreign instanceof Error).toBe(false)
  expect(isInvokeError(foreign)).toBe(true)
  expect(other.isInvokeError(new InvokeError(failed, story))).toBe(true)
})

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a string', 'InvokeError'],
  ['a function', () => {}],
  ['an error of the same name', Object.assign(new Error('x'), { name: 'InvokeError', code: 'CircuitOpen' })],
  [
    'an object that throws when it is touched',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    ),
  ],
])('does not take %s for one', (_, value) => {
  expect(isInvokeError(value)).toBe(false)
})

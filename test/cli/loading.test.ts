import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ask, folderOf, HANDLER, ran, serving } from './support.js'

const BROKEN = 'const a = 1\n\nconst b = { a ;\n'
const SYNTAX = "line 3: SyntaxError: Unexpected token ';'."

describe('a module that cannot be loaded', () => {
  it.each([
    ['a.mjs', BROKEN, `FOLDER/a.mjs, ${SYNTAX}`],
    ['a.cjs', BROKEN, `FOLDER/a.cjs, ${SYNTAX}`],
    ['a.mjs', "import './other.mjs'", `FOLDER/other.mjs, ${SYNTAX}`],
    ['a.cjs', "require('./other.cjs')", `FOLDER/other.cjs, ${SYNTAX}`],
    [
      'a.mjs',
      "\nimport { no } from 'node:os'",
      "FOLDER/a.mjs, line 2: SyntaxError: The requested module 'node:os' does not provide an export named 'no'.",
    ],
    ['a.mjs', "\nthrow new RangeError('too much')", 'FOLDER/a.mjs, line 2: RangeError: too much.'],
    ['a.cjs', "\nthrow new Error('several\\nlines.')", 'FOLDER/a.cjs, line 2: Error: several lines.'],
    ['a%41 #?.mjs', "throw new Error('no')", 'FOLDER/a%41 #?.mjs, line 1: Error: no.'],
    [
      'a.mjs',
      "\n\nfunction load() { throw new Error('deep') }\n\nload()",
      'FOLDER/a.mjs, line 3: Error: deep.',
    ],
    [
      'a.mjs',
      "import 'no-such-package'",
      "Error: Cannot find package 'no-such-package' imported from FOLDER/a.mjs.",
    ],
    ['a.cjs', "require('./no')", "Error: Cannot find module './no' Require stack: - FOLDER/a.cjs."],
    ['a.mjs', "throw 'a text'", 'string: a text.'],
    ['a.mjs', 'process.exit(3)', 'Runtime exited with error: exit status 3.'],
    ['a.wasm3', HANDLER, 'TypeError: Unknown file extension ".wasm3" for FOLDER/a.wasm3.'],
    ['a.mjs', 'export const handler = 1', "it exports no function 'handler'. Name another with --export."],
  ])('is told in one line, with its position: %s, %j', async (name, code, why) => {
    const folder = await folderOf({ [name]: code, 'other.mjs': BROKEN, 'other.cjs': BROKEN })
    expect(await ran('serve', '--module', join(folder, name), '--function', 'shop', '--port', '0')).toEqual({
      code: 1,
      out: '',
      err: `The module of shop cannot be used: ${why.replace('FOLDER', folder)}\n`,
    })
  })

  it('is refused in a version too, of a file', async () => {
    const shop = { module: 'shop.mjs', versions: { 1: { module: 'shop.mjs', export: 'old' } } }
    const folder = await folderOf({
      'shop.mjs': HANDLER,
      'gateway.json': { routes: [{ function: 'shop' }], local: { functions: { shop } } },
    })
    const file = join(folder, 'gateway.json')
    const why = `it exports no function 'old'. Name another with "export" in ${file}.`
    expect(await ran('serve', file)).toEqual({
      code: 1,
      out: '',
      err: `The module of shop:1 cannot be used: ${why}\n`,
    })
  })
})

describe('a module with an unusual path', () => {
  it.each(['50%.mjs', 'a%41.mjs', 'a#b.mjs', 'a?b.mjs', "it's a.mjs"])('is found: %s', async (name) => {
    const folder = await folderOf({ [name]: HANDLER })
    const file = join(folder, name)
    for (const module of [file, pathToFileURL(file).href]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { url } = await serving('--module', module)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await ask(url)).toMatchObject({ status: 200 })
    }
  })
})

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readFlags } from '../src/cli/flags.js'
import { SERVE_FLAGS } from '../src/cli/serve-options.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DOCUMENTS = ['README.md', 'docs/http.md']
const read = (document: string): string => readFileSync(`${ROOT}/${document}`, 'utf8')

interface Block {
  readonly language: string
  readonly code: string
  /** Whether a marker says where the block comes from. */
  readonly filled: boolean
}

/** Every fenced block, with the line before it that says where it comes from. */
function blocksOf(text: string): Block[] {
  return Array.from(text.matchAll(/(<!-- [a-z-]+(?: \S+)? -->\n\n)?```(\w*)\n([\s\S]*?)```/g), (match) => ({
    filled: match[1] !== undefined,
    language: match[2] ?? '',
    code: match[3] ?? '',
  }))
}

/** Where a heading is linked to. */
function anchorsOf(text: string): string[] {
  return Array.from(
    text.matchAll(/^#+ (.+)$/gm),
    ([, title = '']) =>
      `#${title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-')}`,
  )
}

it('the documents say what the code says, block by block', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/readme.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' }),
  ).not.toThrow()
})

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document)
  const blocks = blocksOf(text)

  it('has no program that is not a region of an example', () => {
    expect(blocks.filter(({ language, filled }) => /^[jt]s$/.test(language) && !filled)).toEqual([])
    expect(blocks.filter(({ language }) => language === 'ts').length).toBeGreaterThan(5)
  })

  it('shows only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const shown = text.matchAll(/npm (?:run )?(start|test|ci|install|run) ?(\S*)/g)
    for (const [, command = '', script = ''] of shown) {
      const name = command === 'run' ? script : command
      expect(['ci', 'install', ...Object.keys(scripts)]).toContain(name.replace(/`.*/, ''))
    }
  })

  it('shows only flags that the command line has', async () => {
    for (const [, flags = ''] of text.matchAll(/npx resilient-lambda serve([^\n`]*)/g)) {
      const args = flags.split(/\s+/).filter((word) => word !== '')
      expect(() => readFlags(args, SERVE_FLAGS)).not.toThrow()
    }
  })

  it('has JSON that parses, and no block of another language', () => {
    for (const { language, code } of blocks) {
      expect(['ts', 'js', 'sh', 'json', 'text']).toContain(language)
      if (language === 'json') JSON.parse(code)
    }
  })

  it('links only to what is there', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith('http')) continue
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? document : join(dirname(document), file)
      expect(existsSync(`${ROOT}/${path}`), path).toBe(true)
      if (anchor !== undefined) expect(anchorsOf(read(path))).toContain(`#${anchor}`)
    }
  })
})

it('a program that was written by hand would be noticed', () => {
  const byHand = blocksOf('text\n\n```ts\ncall()\n```\n')
  expect(byHand).toEqual([{ language: 'ts', code: 'call()\n', filled: false }])
})

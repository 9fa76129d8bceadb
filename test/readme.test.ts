import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${ROOT}/README.md`, 'utf8')

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

const blocks = blocksOf(readme)

describe('the README', () => {
  it('says what the code says, block by block', () => {
    expect(() =>
      execFileSync(process.execPath, ['scripts/readme.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' }),
    ).not.toThrow()
  })

  it('has no program that is not a region of an example', () => {
    expect(blocks.filter(({ language, filled }) => language === 'ts' && !filled)).toEqual([])
    expect(blocks.filter(({ language }) => language === 'ts').length).toBeGreaterThan(15)
  })

  it('shows only commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
      scripts: Record<string, string>
    }
    const shown = readme.matchAll(/npm (?:run )?(start|test|ci|install|run) ?(\S*)/g)
    for (const [, command = '', script = ''] of shown) {
      const name = command === 'run' ? script : command
      expect(['ci', 'install', ...Object.keys(scripts)]).toContain(name.replace(/`.*/, ''))
    }
  })

  it('has JSON that parses, and no block of another language', () => {
    for (const { language, code } of blocks) {
      expect(['ts', 'sh', 'json', 'text']).toContain(language)
      if (language === 'json') JSON.parse(code)
    }
  })

  it('would notice a program that was written by hand', () => {
    const byHand = blocksOf('text\n\n```ts\ncall()\n```\n')
    expect(byHand).toEqual([{ language: 'ts', code: 'call()\n', filled: false }])
  })

  it('links only to what is there', () => {
    const anchors = new Set(
      Array.from(
        readme.matchAll(/^#+ (.+)$/gm),
        ([, title = '']) =>
          `#${title
            .toLowerCase()
            .replace(/[^\w -]/g, '')
            .replaceAll(' ', '-')}`,
      ),
    )
    for (const [, target = ''] of readme.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith('http')) continue
      if (target.startsWith('#')) expect([...anchors]).toContain(target)
      else expect(() => readFileSync(`${ROOT}/${target}`)).not.toThrow()
    }
  })
})

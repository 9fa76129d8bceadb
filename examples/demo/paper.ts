import { inspect } from 'node:util'

export type Ink = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Some text in one colour; plain text is in the terminal's own. */
export type Part = string | readonly [text: string, ink: Ink]

const WIDEST = 100

/** What the demo is drawn on: a terminal, or a file that gets no escape codes. */
export class Paper {
  readonly width: number
  readonly #stream: NodeJS.WriteStream
  readonly #colours: boolean

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.width = Math.min(stream.columns || WIDEST, WIDEST)
    // Knows of NO_COLOR and of terminals without colours.
    this.#colours = stream.isTTY && stream.hasColors()
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY
  }

  /** One line, cut at the paper's edge. */
  line(...parts: readonly Part[]): void {
    let left = this.width
    const drawn = parts.map((part) => {
      const [text, ink] = typeof part === 'string' ? [part] : part
      const shown = text.length > left ? `${text.slice(0, Math.max(0, left - 1))}…`.slice(0, left) : text
      left -= shown.length
      return ink && this.#colours ? painted(shown, ink) : shown
    })
    this.#stream.write(`${drawn.join('').trimEnd()}\n`)
  }

  /** Parts in front, then a text that goes on below itself where it is too long for one line. */
  hanging(front: readonly Part[], text: string, ink?: Ink): void {
    const indent = front.reduce((sum, part) => sum + (typeof part === 'string' ? part : part[0]).length, 0)
    const [first = '', ...more] = wrap(text, this.width - indent)
    const drawn = (line: string): Part => (ink ? [line, ink] : line)
    this.line(...front, drawn(first))
    for (const line of more) this.line(' '.repeat(indent), drawn(line))
  }

  /** A heading on a rule as wide as the paper. */
  heading(text: string): void {
    const rule = '─'.repeat(Math.max(0, this.width - text.length - 4))
    this.line()
    this.line(['── ', 'dim'], [text, 'bold'], [` ${rule}`, 'dim'])
  }
}

/** Not `styleText`, which asks another stream than ours whether it takes colours. */
function painted(text: string, ink: Ink): string {
  const [on, off] = inspect.colors[ink] ?? [0, 0]
  return `\u001B[${on}m${text}\u001B[${off}m`
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

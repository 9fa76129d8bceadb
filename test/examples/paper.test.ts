import { WriteStream } from 'node:tty'
import { expect, it, vi } from 'vitest'
import { Paper } from '../../examples/demo/paper.js'

interface Drawn {
  readonly paper: Paper
  readonly lines: () => string[]
}

/** A terminal with the colours that the environment speaks of. */
function terminal(columns: number, environment: Record<string, string> = {}): Drawn {
  for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS', 'CI'])
    vi.stubEnv(name, environment[name])
  vi.stubEnv('TERM', environment['TERM'] ?? 'xterm-256color')
  let text = ''
  const write = (chunk: string): void => void (text += chunk)
  const stream = Object.create(WriteStream.prototype, {
    columns: { value: columns },
    write: { value: write },
  }) as WriteStream
  return { paper: new Paper(stream), lines: () => text.split('\n').slice(0, -1) }
}

it('draws in colour on a terminal that has them', () => {
  const { paper, lines } = terminal(80)
  paper.line(['done', 'green'], ' and plain')
  expect(lines()).toEqual(['\u001B[32mdone\u001B[39m and plain'])
})

it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('draws plainly with %o', (environment) => {
  const { paper, lines } = terminal(80, environment)
  paper.line(['done', 'green'])
  expect(lines()).toEqual(['done'])
})

it('cuts a line at the edge, and takes no more than 100 columns', () => {
  const narrow = terminal(10)
  narrow.paper.line('12345', '6789012345', 'more')
  expect(narrow.lines()).toEqual(['123456789…'])
  expect(terminal(300).paper.width).toBe(100)
})

it('goes on below where a text is too long', () => {
  const { paper, lines } = terminal(16)
  paper.hanging(['row  '], 'one two three four')
  expect(lines()).toEqual(['row  one two', '     three four'])
})

import { request, type IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { ReplyReader } from '../../../src/transport/wire/reply-reader.js'

/** What a reply says. */
interface Said {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Taken {
  readonly said: Said
  readonly endsByClosing: boolean
  /** How many pieces were read for it. */
  readonly count: number
}

/** What our reader takes for a reply; undefined for what it refuses, or would wait for. */
function takenOf(pieces: readonly Buffer[]): Taken | undefined {
  const reader = new ReplyReader(() => {})
  let count = 0
  let isWhole = false
  try {
    while (!isWhole && count < pieces.length) isWhole = reader.read(pieces[count++] as Buffer)
  } catch {
    return undefined
  }
  const { head } = reader
  if (!head || !(isWhole || reader.end())) return undefined
  const said = { ...head, body: Buffer.from(reader.body()).toString('latin1') }
  return { said, endsByClosing: !isWhole, count }
}

/** What Node's own client reads from a connection of ours; rejects for what it refuses. */
function readByNode(): { readonly wire: Duplex; readonly said: Promise<Said> } {
  const wire = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const said = new Promise<Said>((resolve, reject) => {
    const outgoing = request({ createConnection: () => wire, method: 'POST' })
    outgoing.on('error', reject).on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming
        .on('error', reject)
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve({ ...headOf(incoming), body: Buffer.concat(chunks).toString('latin1') }))
    })
    outgoing.end()
  })
  return { wire, said }
}

function headOf({ statusCode: status, rawHeaders }: IncomingMessage): Omit<Said, 'body'> {
  const headers: Record<string, string> = {}
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = (rawHeaders[n] ?? '').toLowerCase()
    const value = rawHeaders[n + 1] ?? ''
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
  }
  return { status, headers }
}

const LINES = [
  'content-length: 5',
  'Content-Length:5 ',
  'content-length: 05',
  'content-length: 0',
  'content-length: 7',
  'transfer-encoding: chunked',
  'Transfer-Encoding: Chunked\t',
  'transfer-encoding: gzip, chunked',
  'connection: close',
  'Connection: keep-alive, Upgrade',
  'connection: keep-alive',
  'upgrade: other',
  'x: y',
  'X:',
  'x: \t z\t a  ',
  'x-y: a:b;c="d, e"\xe9',
  'set-cookie: a=b',
  'date: now',
  'trailer: x',
]

const BODIES = [
  '',
  'hello',
  'hello, ',
  '5\r\nhello\r\n0\r\n\r\n',
  '0\r\n\r\n',
  '2\r\nhe\r\n00003\r\nllo\r\n0\r\nx: y\r\n\r\n',
  '5;a=b;c="d"\r\nhello\r\n000;e\r\n\r\n',
  'A\r\n0123456789\r\n0\r\nx: y\r\ny: z\r\n\r\n',
  '0\r\ncontent-length: 5\r\n\r\n',
  '0\r\nTransfer-Encoding: chunked\r\n\r\n',
  '0\r\nconnection: close\r\nupgrade: x\r\n\r\n',
]

const BEFORE = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Hints\r\ncontent-length: 5\r\nx: y\r\n\r\n',
  'HTTP/1.1 199 X\r\ntransfer-encoding: chunked\r\n\r\n',
  'HTTP/1.1 102 X\r\nconnection: close\r\n\r\n',
  'HTTP/1.0 100 Continue\r\n\r\n',
]

const START = ['HTTP/1.1 200 OK', 'HTTP/1.1 200', 'HTTP/1.1 404 ', 'HTTP/1.1 204 No', 'HTTP/1.1 304 No']
const ODD_START = [
  'HTTP/1.0 200 OK',
  'HTTP/1.1 099 X',
  'HTTP/1.1 205 Reset',
  'HTTP/2.0 200 OK',
  'HTTP/1.1 101 X',
]

const plain = fc
  .record({
    before: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.constantFrom(...BEFORE)),
    start: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...START) }, fc.constantFrom(...ODD_START)),
    lines: fc.array(fc.constantFrom(...LINES), { maxLength: 4 }),
    body: fc.constantFrom(...BODIES),
    after: fc.oneof(
      { weight: 4, arbitrary: fc.constant('') },
      fc.constantFrom('H', '\r\n', 'HTTP/1.1 200 OK\r\n'),
    ),
  })
  .map(({ before, start, lines, body, after }) =>
    [before, ...[start, ...lines, ''].map((line) => `${line}\r\n`), body, after].join(''),
  )

const NASTY = [
  ...Array.from('\0\x01\t\n\v\f\r\x1b "(),:;=0Aa\x7f\x80\xa0\xff'),
  '\r\n',
  '\r\n ',
  '\r\n\r\n',
  ' \r\n',
  '\xa0\r\n',
]

/** A reply with something put in somewhere, in the place of nothing or of what was there. */
const mutated = fc
  .tuple(
    plain,
    fc.array(fc.record({ at: fc.nat(400), instead: fc.nat(2), text: fc.constantFrom(...NASTY, '') }), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, { at, instead, text: put }) => {
      const place = at % (changed.length + 1)
      return changed.slice(0, place) + put + changed.slice(place + instead)
    }, text),
  )

const cuts = fc.array(fc.nat(400), { maxLength: 4 })

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = places.map((place) => place % (bytes.byteLength + 1)).toSorted((a, b) => a - b)
  return [...at, bytes.byteLength].map((end, n) => bytes.subarray(at[n - 1] ?? 0, end))
}

/** Of the event loop, in which whoever reads what is there has read it. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

it('takes nothing for a reply that Node does not, and finds its end where Node does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(plain, mutated), cuts, async (text, places) => {
      const bytes = Buffer.from(text, 'latin1')
      // One by one, they tell which is the last of the reply; the first piece is empty.
      const ours = takenOf(cut(bytes, [...bytes.keys()]))
      expect(takenOf(cut(bytes, places))?.said).toEqual(ours?.said)
      if (!ours) return
      const { wire, said } = readByNode()
      let isOver = false
      const over = said.finally(() => (isOver = true)).catch(String)
      wire.push(bytes.subarray(0, ours.count - 2))
      await turns(1)
      expect(isOver).toBe(false)
      wire.push(bytes.subarray(ours.count - 2, ours.count - 1))
      if (ours.endsByClosing) wire.push(null)
      expect(await Promise.race([over, turns(9)])).toEqual(ours.said)
    }),
    { numRuns: 4_000 },
  )
})

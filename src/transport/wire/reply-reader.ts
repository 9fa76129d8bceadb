import { Body } from './body.js'
import { hungUp, malformed } from './wire-errors.js'
import type { WireHead } from './wire.js'

/** Source: Node, `--max-http-header-size`. */
const MAX_HEAD_BYTES = 16 * 1024

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+"
const TEXT = '[\\t\\x20-\\x7e\\x80-\\xff]*'

/**
 * All that may stand in a head. It is read as strictly as it is defined, since whoever reads it more kindly may find
 * another end of the reply than the server meant. So is a tab at the end of a line refused: `chunked` with one behind it
 * is not for everybody the same as without.
 *
 * Source: RFC 9112, sections 4 and 5.
 */
const HEAD = new RegExp(`^HTTP/1\\.([01]) ([1-9]\\d\\d)(?: ${TEXT})?(?:\\r\\n${TOKEN}:${TEXT}(?<!\\t *))*$`)

/** What says where the body ends comes too late here. */
const TRAILER = new RegExp(`^(?!content-length:|transfer-encoding:)${TOKEN}:${TEXT}$`, 'i')

/** Source: RFC 9112, section 7.1. */
const CHUNK_SIZE = new RegExp(`^([\\da-f]{1,8})(?:;${TOKEN}(?:=(?:${TOKEN}|"[^"\\\\]*"))?)*$`, 'i')

const NOTHING = Buffer.alloc(0)

/** What the next line in a body of chunks is. */
type Line = 'size' | 'end of chunk' | 'trailer'

/** Reads one reply, and says how it ends; nothing of the bytes that it is given is kept but as a copy. */
export class ReplyReader {
  readonly #onHead: (head: WireHead) => void
  #head: WireHead | undefined
  #body = new Body(undefined)
  /** What was too short to be understood. */
  #rest = NOTHING
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0
  #nextLine: Line | undefined
  #keepsAlive = false

  constructor(onHead: (head: WireHead) => void) {
    this.#onHead = onHead
  }

  get head(): WireHead | undefined {
    return this.#head
  }

  /** Whether the connection may be used for another request, once the reply is whole. */
  get keepsAlive(): boolean {
    return this.#keepsAlive
  }

  body(): Uint8Array {
    return this.#body.take()
  }

  /**
   * Whether the reply is whole now.
   *
   * @throws {Error} where this is no reply, or more than may come
   */
  read(bytes: Buffer): boolean {
    const all = this.#rest.byteLength === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    this.#rest = NOTHING
    let at = 0
    while (!this.#head) {
      const end = all.indexOf('\r\n\r\n', at, 'latin1')
      if ((end < 0 ? all.byteLength : end) - at > MAX_HEAD_BYTES) throw malformed('the head is too long')
      if (end < 0) return this.#keep(all, at)
      this.#begin(all.toString('latin1', at, end))
      at = end + 4
    }
    if (this.#nextLine) return this.#readChunks(all, at)
    at = this.#take(all, at)
    return this.#left === 0 && this.#isWhole(all, at)
  }

  /** Whether a reply is whole whose connection has ended. */
  end(): boolean {
    return this.#head !== undefined && this.#left === Infinity
  }

  #begin(text: string): void {
    const [, minor, code] = HEAD.exec(text) ?? []
    if (code === undefined) throw malformed('the head of the reply is broken')
    const status = Number(code)
    // A change of protocol that nobody asked for.
    if (status === 101) throw hungUp()
    const headers = headersIn(text)
    const length = lengthIn(headers)
    const keepsAlive = minor === '1' && !/\bclose\b/i.test(headers['connection'] ?? '')
    if (status < 200) {
      // What comes before the reply itself, which then has to come.
      if (!keepsAlive) throw malformed('the connection is to be closed before the reply')
      return
    }
    this.#head = { status, headers }
    this.#keepsAlive = keepsAlive
    if (status !== 204 && status !== 304) this.#expect(length)
    this.#onHead(this.#head)
  }

  #expect(length: number | 'chunked'): void {
    if (length === 'chunked') this.#nextLine = 'size'
    else {
      this.#left = length
      if (length === Infinity) this.#keepsAlive = false
      else this.#body = new Body(length)
    }
  }

  /** Where what follows begins. */
  #take(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.byteLength, at + this.#left)
    if (end > at) this.#body.add(bytes.subarray(at, end))
    this.#left -= end - at
    return end
  }

  #readChunks(bytes: Buffer, start: number): boolean {
    for (let at = start; ;) {
      at = this.#take(bytes, at)
      if (this.#left > 0) return false
      const end = bytes.indexOf('\r\n', at, 'latin1')
      if ((end < 0 ? bytes.byteLength : end) - at > MAX_HEAD_BYTES) throw malformed('a line is too long')
      if (end < 0) return this.#keep(bytes, at)
      const line = bytes.toString('latin1', at, end)
      at = end + 2
      if (this.#nextLine === 'trailer' && line === '') return this.#isWhole(bytes, at)
      this.#nextLine = this.#lineAfter(line)
    }
  }

  #lineAfter(line: string): Line {
    if (this.#nextLine === 'trailer') {
      if (!TRAILER.test(line)) throw malformed('a line after the chunks is broken')
      return 'trailer'
    }
    if (this.#nextLine === 'end of chunk') {
      if (line !== '') throw malformed('a chunk is longer than it says')
      return 'size'
    }
    const [, size] = CHUNK_SIZE.exec(line) ?? []
    if (size === undefined) throw malformed('a chunk does not say its size')
    this.#left = parseInt(size, 16)
    return this.#left === 0 ? 'trailer' : 'end of chunk'
  }

  #keep(bytes: Buffer, at: number): false {
    this.#rest = Buffer.from(bytes.subarray(at))
    return false
  }

  /** What nobody asked for would be taken for the next reply. */
  #isWhole(bytes: Buffer, end: number): true {
    if (end < bytes.byteLength) this.#keepsAlive = false
    return true
  }
}

/**
 * How long the body is, where it may have one; infinite where only the connection's end ends it.
 *
 * Source: RFC 9112, section 6.3.
 */
function lengthIn(headers: WireHead['headers']): number | 'chunked' {
  const { 'transfer-encoding': encoding, 'content-length': length } = headers
  if (encoding === undefined && length === undefined) return Infinity
  if (encoding?.toLowerCase() === 'chunked' && length === undefined) return 'chunked'
  if (encoding === undefined && /^\d{1,15}$/.test(length ?? '')) return Number(length)
  throw malformed('the length of the reply is unclear')
}

/** By lower-case name; those that come more than once are joined. */
function headersIn(text: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let start = text.indexOf('\r\n') + 2; start > 1;) {
    const next = text.indexOf('\r\n', start)
    const colon = text.indexOf(':', start)
    const name = text.slice(start, colon).toLowerCase()
    const value = trimmed(text, colon + 1, next < 0 ? text.length : next)
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
    start = next + 2
  }
  return headers
}

/** Of the space that HTTP knows; there is more that looks like it. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to]
  while (start < end && isSpace(text, start)) start += 1
  while (start < end && isSpace(text, end - 1)) end -= 1
  return text.slice(start, end)
}

function isSpace(text: string, at: number): boolean {
  const char = text[at]
  return char === ' ' || char === '\t'
}

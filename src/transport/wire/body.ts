/**
 * The most bytes that a reply may have: Lambda's own limit is 6,291,556, and whatever is in the way may add to an error.
 *
 * Source: Lambda, message of `Function.ResponseSizeTooLarge`.
 */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024

const NOTHING = new Uint8Array(0)

/** Collects the body of one reply, with one copy where its length is known, and never more than the most that may come. */
export class Body {
  #bytes: Uint8Array = NOTHING
  #length = 0
  readonly #announced: number

  /** With the length that was announced, which may be wrong. */
  constructor(announced: number | undefined) {
    this.#announced = announced !== undefined && announced <= MAX_REPLY_BYTES ? announced : 0
  }

  /** @throws {Error} when there is more than may come */
  add(chunk: Uint8Array): void {
    const start = this.#length
    this.#length += chunk.byteLength
    if (this.#length > MAX_REPLY_BYTES)
      throw new Error(`the reply has more than ${MAX_REPLY_BYTES.toLocaleString('en')} bytes`)
    if (this.#length > this.#bytes.byteLength) this.#grow(start)
    this.#bytes.set(chunk, start)
  }

  #grow(filled: number): void {
    const larger = Buffer.allocUnsafe(
      Math.max(this.#announced, filled === 0 ? this.#length : 2 * this.#length),
    )
    larger.set(this.#bytes.subarray(0, filled))
    this.#bytes = larger
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}

/**
 * The most bytes that a reply may have: Lambda's own limit is 6,291,556, and whatever is in the way may add to an error.
 *
 * Source: Lambda, message of `Function.ResponseSizeTooLarge`.
 */
export const MAX_REPLY_BYTES = 8 * 1024 * 1024

const NOTHING = new Uint8Array(0)

/** Collects the body of one reply, never more of it than the most that may come. */
export class Body {
  #first: Uint8Array | undefined
  #whole: Uint8Array | undefined
  #more: Uint8Array[] | undefined
  #length = 0
  readonly #announced: number

  /** With the value of Content-Length, which may be absent or wrong. */
  constructor(contentLength: string | undefined) {
    const announced = Number(contentLength)
    this.#announced = announced <= MAX_REPLY_BYTES ? announced : 0
  }

  /** @throws {Error} when there is more than may come */
  add(chunk: Uint8Array): void {
    const start = this.#length
    this.#length += chunk.byteLength
    if (this.#length > MAX_REPLY_BYTES)
      throw new Error(`the reply has more than ${MAX_REPLY_BYTES.toLocaleString('en')} bytes`)
    if (start === 0) this.#first = chunk
    else if (this.#length <= this.#announced) this.#copy(chunk, start)
    else (this.#more ??= []).push(chunk)
  }

  /** One allocation for all chunks, where their length was announced. */
  #copy(chunk: Uint8Array, start: number): void {
    if (!this.#whole) {
      this.#whole = Buffer.allocUnsafeSlow(this.#announced)
      this.#whole.set(this.#first ?? NOTHING)
    }
    this.#whole.set(chunk, start)
  }

  take(): Uint8Array {
    if (this.#more) return Buffer.concat([this.#whole ?? this.#first ?? NOTHING, ...this.#more])
    return this.#whole?.subarray(0, this.#length) ?? this.#first ?? NOTHING
  }
}

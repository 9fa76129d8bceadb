/** Something that can stand in a line. */
export interface Waiting<T> {
  ahead: T | undefined
  behind: T | undefined
}

/**
 * Those who wait, in the order of their coming; each may leave at any time.
 *
 * A Set would do, but what was in it stays in memory for long: V8 links its tables as they are made anew, so that one
 * which has grown old keeps all that came after it.
 */
export class Line<T extends Waiting<T>> {
  #first: T | undefined
  #last: T | undefined

  get first(): T | undefined {
    return this.#first
  }

  add(one: T): void {
    one.ahead = this.#last
    if (this.#last) this.#last.behind = one
    else this.#first = one
    this.#last = one
  }

  /** Does nothing with one that is not in it. */
  remove(one: T): void {
    const { ahead, behind } = one
    if (ahead) ahead.behind = behind
    else if (this.#first === one) this.#first = behind
    else return
    if (behind) behind.ahead = ahead
    else this.#last = ahead
    one.ahead = undefined
    one.behind = undefined
  }
}

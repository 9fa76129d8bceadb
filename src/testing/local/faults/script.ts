import { callback } from '../../../core/settings.js'

/** What is to go wrong, in order; `Subject` is what a predicate is asked about. */
export class FaultScript<Fault, Subject> {
  readonly #check: (fault: Fault, path: string) => void
  readonly #path: string
  #queue: Fault[] = []
  #rules: { readonly predicate: (subject: Subject) => boolean; readonly fault: Fault }[] = []
  #standing: Fault | undefined

  /** @internal */
  constructor(check: (fault: Fault, path: string) => void, path: string) {
    this.#check = check
    this.#path = path
  }

  /** How many faults of `next` are still to come. */
  get pending(): number {
    return this.#queue.length
  }

  /**
   * One fault each for the next ones, in this order; goes before `when` and `always`.
   *
   * @throws {InvalidSettingError}
   */
  next(...faults: readonly Fault[]): this {
    faults.forEach((fault, index) => this.#check(fault, `${this.#path}.next[${index}]`))
    this.#queue.push(...faults)
    return this
  }

  /**
   * One fault for all that the predicate accepts, until `clear`; the rule given first wins.
   *
   * @throws {InvalidSettingError}
   */
  when(predicate: (subject: Subject) => boolean, fault: Fault): this {
    callback(predicate, `${this.#path}.when`)
    this.#check(fault, `${this.#path}.when`)
    this.#rules.push({ predicate, fault })
    return this
  }

  /**
   * One fault for all that nothing else applies to, until `clear` or another `always`.
   *
   * @throws {InvalidSettingError}
   */
  always(fault: Fault): this {
    this.#check(fault, `${this.#path}.always`)
    this.#standing = fault
    return this
  }

  /** Nothing goes wrong any more. */
  clear(): this {
    this.#queue = []
    this.#rules = []
    this.#standing = undefined
    return this
  }

  /** @internal */
  take(subject: Subject): Fault | undefined {
    const rule = (): Fault | undefined => this.#rules.find(({ predicate }) => predicate(subject))?.fault
    return this.#queue.shift() ?? rule() ?? this.#standing
  }
}

/** What is to go wrong, in order; `Subject` is what a predicate is asked about. */
export class FaultScript<Fault, Subject> {
  readonly #check: (fault: Fault) => void
  #queue: Fault[] = []
  #rules: { readonly predicate: (subject: Subject) => boolean; readonly fault: Fault }[] = []
  #standing: Fault | undefined

  constructor(check: (fault: Fault) => void) {
    this.#check = check
  }

  /** How many faults of `next` are still to come. */
  get pending(): number {
    return this.#queue.length
  }

  /** One fault each for the next ones, in this order; goes before `when` and `always`. */
  next(...faults: readonly Fault[]): this {
    faults.forEach(this.#check)
    this.#queue.push(...faults)
    return this
  }

  /** One fault for all that the predicate accepts, until `clear`; the rule given first wins. */
  when(predicate: (subject: Subject) => boolean, fault: Fault): this {
    this.#check(fault)
    this.#rules.push({ predicate, fault })
    return this
  }

  /** One fault for all that nothing else applies to, until `clear` or another `always`. */
  always(fault: Fault): this {
    this.#check(fault)
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

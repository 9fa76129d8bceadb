import { clamped, field } from './seeds.js'

/** Between what a learned limit stays, and where it begins. */
export interface LimitBounds {
  /** `Infinity` bounds nothing before the first throttle. */
  readonly initial: number
  readonly min: number
  readonly max: number
}

const DECREASE = 0.9
/** A limit that is not used says nothing: what is allowed is at most so many times what is used. */
const HEADROOM = 2
const USED = 0.9

/**
 * How many answers in a row buy one throttle: 10 round trips, which keep throttles at 1 % of a limit of 10 and more.
 * Smaller ones are tried more often, or a client of few calls would go on waiting long after others have left.
 */
const PROBE_AFTER_ANSWERS = 25
const PROBE_AFTER_ROUNDS = 10

/**
 * A limit that nobody tells, learned from throttles: additive increase while it is used, multiplicative decrease.
 *
 * It remembers the edge, which is where throttles last came: below it growth is fast, at it the limit rests, and only
 * now and then it tries one more, then 2, 4, 8 as long as none is throttled. Its unit is anything that grows with the
 * load: attempts in flight, or starts in a second.
 */
export class LearnedLimit {
  readonly #min: number
  readonly #max: number
  #value: number
  #edge = Infinity
  /** What one round trip beyond the edge adds, and what it has added so far. */
  #step: number
  #added = 0
  /** Answers at the edge, and how many it takes before it is tried. */
  #rested = 0
  #restFor = 0
  /** Attempts with a lower number began before the last decrease. */
  #since = 0

  constructor({ initial, min, max }: LimitBounds) {
    this.#min = min
    this.#max = max
    this.#value = this.#step = initial
  }

  get value(): number {
    return this.#value
  }

  /** Whether a load comes close enough to the limit to say something about it. */
  isUsedBy(load: number): boolean {
    return load >= USED * Math.floor(this.#value)
  }

  /** An attempt got through while the limit was used. */
  grow(): void {
    if (this.#value < this.#edge) this.#climb()
    else if (++this.#rested >= this.#restFor) this.#edge = Infinity
  }

  /**
   * An attempt of that number was throttled under that load; `next` is the number of the one to come. What began before
   * the last decrease tells nothing new. Says whether the limit went down.
   */
  shrink(began: number, load: number, next: number): boolean {
    if (began < this.#since) return false
    this.#since = next
    const reached = this.#value === Infinity ? load : Math.min(this.#value, HEADROOM * load)
    const edge = this.isUsedBy(load) || this.#value === Infinity ? load - 1 : Math.min(this.#edge, reached)
    this.#rest(Math.max(this.#min, edge))
    this.#value = Math.max(this.#min, DECREASE * Math.min(reached, this.#edge))
    this.#step = 1
    return true
  }

  /** What throttles have taught; undefined before the first. */
  save(): unknown {
    return this.#restFor === 0
      ? undefined
      : { value: this.#value, ...(this.#edge < Infinity && { edge: this.#edge }) }
  }

  restore(saved: unknown): void {
    const value = clamped(field(saved, 'value'), this.#min, this.#max)
    if (value === undefined) return
    this.#value = value
    this.#step = 1
    this.#rest(clamped(field(saved, 'edge'), value, Math.max(value, this.#max)) ?? value)
  }

  /** Throttles came at the edge: it is left alone for a while. */
  #rest(edge: number): void {
    this.#edge = edge
    this.#added = this.#rested = 0
    this.#restFor = Math.max(PROBE_AFTER_ANSWERS, PROBE_AFTER_ROUNDS * edge)
  }

  /** A round trip brings as many answers as the limit allows, so each brings its share. */
  #climb(): void {
    if (this.#edge < Infinity) {
      const share = Math.max(1, this.#edge - this.#value) / this.#value
      this.#value = Math.min(this.#edge, this.#value + share)
      return
    }
    const share = this.#step / this.#value
    this.#value = Math.min(this.#max, this.#value + share)
    this.#added += share
    if (this.#added < this.#step) return
    this.#step = Math.min(2 * this.#step, this.#value)
    this.#added = 0
  }
}

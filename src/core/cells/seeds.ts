import type { Clock } from '../clock.js'

/** What is worth keeping of one piece of state, as JSON can say it. */
export interface SavedCell {
  /** Whose it is: the policy, its settings, and the target. */
  readonly key: string
  /** How long before the export it was so, in ms. */
  readonly ageMs: number
  /** Plain JSON. */
  readonly saved: unknown
}

/** When saved state was so, and how old it may be, in ms. */
interface Lifetime {
  readonly ageMs: number
  readonly maxAgeMs: number
  readonly clock: Clock
}

/** Saved state that waits for the cell that it belongs to, and grows older meanwhile. */
export class Seed {
  readonly saved: unknown
  readonly #lifetime: Lifetime
  readonly #plantedAt: number

  constructor(saved: unknown, lifetime: Lifetime) {
    this.saved = saved
    this.#lifetime = lifetime
    this.#plantedAt = lifetime.clock.now()
  }

  /** How long ago it was so, in ms. */
  get ageMs(): number {
    const { ageMs, clock } = this.#lifetime
    return ageMs + clock.now() - this.#plantedAt
  }

  /** A part of it, which may be older than the whole; undefined when it is older than it may be. */
  part({ saved, ageMs: olderMs }: SavedCell): Seed | undefined {
    const ageMs = this.ageMs + olderMs
    return ageMs <= this.#lifetime.maxAgeMs ? new Seed(saved, { ...this.#lifetime, ageMs }) : undefined
  }
}

/** Seeds by key, each to be taken once. */
export class Seeds {
  readonly #seeds = new Map<string, Seed>()

  get size(): number {
    return this.#seeds.size
  }

  has(key: string): boolean {
    return this.#seeds.has(key)
  }

  put(key: string, seed: Seed): void {
    this.#seeds.set(key, seed)
  }

  take(key: string): Seed | undefined {
    const seed = this.#seeds.get(key)
    if (seed) this.#seeds.delete(key)
    return seed
  }

  /** Those that nobody has asked for, to be passed on. */
  save(): SavedCell[] {
    return Array.from(this.#seeds, ([key, { ageMs, saved }]) => ({ key, ageMs, saved }))
  }
}

/** A key of saved state, which anybody may have written: undefined where it is not there. */
export function field(saved: unknown, key: string): unknown {
  if (typeof saved !== 'object' || saved === null || !Object.hasOwn(saved, key)) return undefined
  return (saved as Readonly<Record<string, unknown>>)[key]
}

/** The first `limit` items of a list in saved state; none where it is no list. */
export function items(saved: unknown, limit: number): readonly unknown[] {
  return Array.isArray(saved) ? saved.slice(0, limit) : []
}

/** A number of saved state within its bounds; undefined where it is none. */
export function clamped(saved: unknown, min: number, max: number): number | undefined {
  return typeof saved === 'number' && Number.isFinite(saved) ? Math.min(max, Math.max(min, saved)) : undefined
}

/** A count of saved state; 0 where it is none. */
export function count(saved: unknown, max: number): number {
  return Math.floor(clamped(saved, 0, max) ?? 0)
}

/** The keyed pieces in a list of saved state; undefined stands for what cannot be read. */
export function* savedCells(saved: unknown, limit: number): Generator<SavedCell | undefined> {
  for (const item of items(saved, limit)) {
    const [key, ageMs] = [field(item, 'key'), field(item, 'ageMs')]
    const readable = typeof key === 'string' && typeof ageMs === 'number' && ageMs >= 0 && ageMs < Infinity
    yield readable ? { key, ageMs, saved: field(item, 'saved') } : undefined
  }
}

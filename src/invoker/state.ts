import { MOST_CELLS } from '../core/cells/cells.js'
import { field, savedCells, Seed, type SavedCell } from '../core/cells/seeds.js'
import { formatMs, type Duration } from '../core/duration.js'
import type { Surroundings } from '../core/run.js'
import { duration, InvalidSettingError, shape } from '../core/settings.js'

/**
 * What an invoker has learnt about its functions, as plain JSON: circuits, retry budgets, limits and
 * latencies.
 *
 * It names functions and tenants; payloads and credentials are not in it.
 */
export interface InvokerState {
  /** Of the form; state of another one is not read. */
  readonly version: number
  /** When it was exported, in ms since the epoch; only for telling how long it lay. */
  readonly savedAt: number
  /** What is worth keeping, 10,000 pieces at most. */
  readonly cells: readonly SavedCell[]
}

/** How saved state is taken. */
export interface RestoreOptions {
  /** How long the state lay since its export. @defaultValue what the wall clock says, and at least 0 */
  readonly age?: Duration
  /** What is older is left out. @defaultValue '5m' */
  readonly maxAge?: Duration
}

/** What became of saved state. */
export interface RestoredState {
  /** Pieces of state that are taken up by the first call that they concern. */
  readonly restored: number
  /** Pieces left out since the invoker has its own already. */
  readonly inUse: number
  /** Pieces left out since they are older than they may be. */
  readonly tooOld: number
  /** Pieces left out since they cannot be read, or are more than 10,000. */
  readonly unreadable: number
  /** Why nothing was read at all; absent where the state was read. */
  readonly ignored?: string
}

const VERSION = 1
const DEFAULT_MAX_AGE_MS = 300_000
const ALLOWED = 'what exportState() returned, or null'
const parseOptions = shape({ age: duration(), maxAge: duration() })

/** The state of all cells, with ages in place of times. */
export function exportState({ cells, clock }: Surroundings): InvokerState {
  return { version: VERSION, savedAt: clock.date(), cells: cells.save() }
}

/**
 * Keeps saved state for the cells that will be made; what is there already stays as it is.
 *
 * @throws {InvalidSettingError} for what no export is; state of another version or too old is left out in silence
 */
export function restoreState(
  { cells, clock }: Surroundings,
  given: unknown,
  options: RestoreOptions = {},
  path = 'state',
): RestoredState {
  const { ageMs: givenAgeMs, maxAgeMs = DEFAULT_MAX_AGE_MS } = parseOptions(options, 'options')
  const counts = { restored: 0, inUse: 0, tooOld: 0, unreadable: 0 }
  const nothing = (ignored: string): RestoredState => ({ ...counts, ignored })
  if (given === null || given === undefined) return nothing('there is no state')

  const { version, savedAt, list } = read(given, path)
  if (version !== VERSION) return nothing(`the state is of version ${version}, and ${VERSION} is known here`)
  const ageMs = givenAgeMs ?? Math.max(0, clock.date() - savedAt)
  if (ageMs > maxAgeMs)
    return nothing(`the state is ${formatMs(ageMs)} old, and may be ${formatMs(maxAgeMs)} old`)

  const whole = new Seed(given, { ageMs, maxAgeMs, clock })
  for (const cell of savedCells(list, MOST_CELLS)) {
    const seed = cell && whole.part(cell)
    if (seed) counts[cells.plant(cell.key, seed) ? 'restored' : 'inUse']++
    else counts[cell ? 'tooOld' : 'unreadable']++
  }
  counts.unreadable += Math.max(0, list.length - MOST_CELLS)
  return counts
}

interface Readable {
  readonly version: number
  readonly savedAt: number
  readonly list: readonly unknown[]
}

/** A later version may look otherwise but for its number. @throws {InvalidSettingError} */
function read(given: unknown, path: string): Readable {
  const [version, savedAt, list] = ['version', 'savedAt', 'cells'].map((key) => field(given, key))
  if (!Number.isInteger(version)) throw new InvalidSettingError(path, given, ALLOWED)
  if (version !== VERSION) return { version: version as number, savedAt: 0, list: [] }
  if (!Number.isFinite(savedAt)) throw new InvalidSettingError(`${path}.savedAt`, savedAt, 'a number')
  if (!Array.isArray(list)) throw new InvalidSettingError(`${path}.cells`, list, 'a list')
  return { version, savedAt: savedAt as number, list }
}

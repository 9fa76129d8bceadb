import { CROWDS } from './chapters/crowds.js'
import { LIMITS } from './chapters/limits.js'
import { SINGLE_CALLS } from './chapters/single-calls.js'
import { UNCERTAINTY } from './chapters/uncertainty.js'
import type { Stage } from './stage.js'

/** One thing that goes wrong, and what becomes of it. */
export interface Chapter {
  readonly title: string
  /** What goes wrong, and what to look at. */
  readonly about: string
  play(stage: Stage): Promise<void>
}

/** What the demo goes through, in order. */
export const STORYLINE: readonly Chapter[] = [...SINGLE_CALLS, ...UNCERTAINTY, ...CROWDS, ...LIMITS]

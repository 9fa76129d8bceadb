import type { Context, Subject } from '../call.js'
import type { Cells } from './cells.js'

/** What of a context leads to a cell. */
type Whereabouts = Pick<Context, 'cells' | 'clock'>

/**
 * A way to find a cell that remembers the last one found: most pipelines ask for the same subject's for ever, and to put
 * its key together each time would cost more than the rest of the policy.
 */
export function remembered<T>(
  find: (subject: Subject, whereabouts: Whereabouts) => T,
): (subject: Subject, whereabouts: Whereabouts) => T {
  let last:
    | { readonly subject: Subject; readonly cells: Cells; readonly dropped: number; readonly found: T }
    | undefined
  return function found(subject, whereabouts) {
    const { cells } = whereabouts
    // What was dropped since may have been this one: another chain would find a new one in its place.
    if (last?.subject === subject && last.cells === cells && last.dropped === cells.dropped) return last.found
    const found = find(subject, whereabouts)
    last = { subject, cells, dropped: cells.dropped, found }
    return found
  }
}

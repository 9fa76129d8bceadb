import { channel } from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import { IS_PROJECTS_SDK } from './sdk-version.js'

/** How many of each kind keep this process alive: sockets, servers, timers, workers. */
export type Resources = Readonly<Record<string, number>>

export function resources(): Resources {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo().filter(isCounted))
    counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** Old SDKs leave timers of some seconds behind by themselves; ours are on the fake clock, and counted there. */
function isCounted(kind: string): boolean {
  return kind !== 'Timeout' || IS_PROJECTS_SDK
}

/** Lets the event loop turn until the condition holds, and says whether it does within so many turns. */
export async function turnsUntil(condition: () => boolean, most: number): Promise<boolean> {
  for (let turns = 0; turns < most && !condition(); turns++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  return condition()
}

/** Nothing is left of a call: no socket, timer or worker, no listener on the caller's signal, nobody watching requests. */
export async function expectNothingLeft(before: Resources, signal?: AbortSignal): Promise<void> {
  // Listeners and the watch over requests go at the end of the turn.
  await turn()
  if (signal) expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(channel('http.client.request.start').hasSubscribers).toBe(false)
  // Sockets close, and workers end, some turns of the event loop after they were told to.
  await turnsUntil(() => surplus(before).length === 0, 10_000)
  expect(surplus(before)).toEqual([])
}

function surplus(before: Resources): string[] {
  const grown = Object.entries(resources()).filter(([kind, count]) => count > (before[kind] ?? 0))
  return grown.map(([kind, count]) => `${kind}: ${before[kind] ?? 0} before, ${count} after`)
}

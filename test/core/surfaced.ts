import { vi } from 'vitest'

/** What `run` leaves to be thrown on the next tick, which would end the process. */
export function surfaced(run: () => void): unknown[] {
  const later: (() => void)[] = []
  const nextTick = vi
    .spyOn(process, 'nextTick')
    .mockImplementation((tick) => void later.push(tick as () => void))
  try {
    run()
  } finally {
    nextTick.mockRestore()
  }
  return later.map(thrownBy)
}

function thrownBy(tick: () => void): unknown {
  try {
    tick()
    return undefined
  } catch (error) {
    return error
  }
}

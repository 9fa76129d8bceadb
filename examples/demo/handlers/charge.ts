/** Takes money: the last thing that should happen twice unasked. */
export async function handler(event: {
  id: string
  cents: number
  note?: string
}): Promise<{ charged: number }> {
  return { charged: event.cents }
}

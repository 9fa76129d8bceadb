export interface Quote {
  sku: string
  total: number
  validUntil: Date
}

const PRICES: Readonly<Record<string, number>> = { A1: 12.5, B2: 99 }
const DAY_MS = 86_400_000

/** What a product costs: reads only, so asking twice does no harm. */
export async function handler(event: { sku: string; quantity?: number }): Promise<Quote> {
  const { sku, quantity = 1 } = event
  const price = PRICES[sku]
  if (price === undefined) throw new RangeError(`there is no product ${sku}`)
  return { sku, total: price * quantity, validUntil: new Date(Date.now() + DAY_MS) }
}

export interface Receipt {
  order: string
  cents: number
  number: number
}

// Environments share no memory: a function in AWS keeps its receipts in a table.
const receipts = new Map<string, Receipt>()

/** Charges an order once; asked again, it gives the same receipt. */
export async function handler({ order, cents }: { order: string; cents: number }): Promise<Receipt> {
  const receipt = receipts.get(order) ?? { order, cents, number: receipts.size + 1 }
  receipts.set(order, receipt)
  return receipt
}

import { idempotencyKeyOf, type CalleeContext } from 'resilient-lambda/callee'

interface Payment {
  order: string
  cents: number
}

// Environments share no memory: a function in AWS keeps its keys in a table, written in one step with the payment.
const paid = new Map<string, string>()

/** Pays once for each key; asked again with the same one, it gives the same receipt. */
export async function handler({ cents }: Payment, context: CalleeContext): Promise<string> {
  const key = idempotencyKeyOf(context)
  if (key === undefined) throw new TypeError('a payment needs an idempotency key')
  const receipt = paid.get(key) ?? `payment ${paid.size + 1} of ${cents} cents`
  paid.set(key, receipt)
  return receipt
}

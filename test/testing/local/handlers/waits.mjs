import { once } from 'node:events'
import { get } from 'node:http'

export async function handler({ gate }) {
  if (gate === undefined) return 'at once'
  const [reply] = await once(get(gate, { agent: false }), 'response')
  reply.resume()
  await once(reply, 'end')
  return 'let through'
}

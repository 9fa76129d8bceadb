import type { GatewayAnswer } from './exchange.js'

/** The answer with the mark of whose it is, which nobody else can set. */
export function marked(answer: GatewayAnswer): GatewayAnswer {
  const { reply, source, reason } = answer
  const mark = source === 'function' || reason === undefined ? source : `${source}; reason=${reason}`
  const others = reply.headers.filter(([name]) => name.toLowerCase() !== 'x-answered-by')
  return { ...answer, reply: { ...reply, headers: [...others, ['x-answered-by', mark]] } }
}

import { createInvoker } from 'resilient-lambda'
import { OwnHandler } from '../../dist/transport/own-handler.js'
import { bareSend, plainClient, reachOf } from '../contenders/sdk.mjs'
import { withContenders } from '../harness/field.mjs'
import { race } from '../harness/race.mjs'
import { factor } from '../harness/statistics.mjs'
import { figure, spread } from '../report/table.mjs'
import { atMost } from '../report/targets.mjs'

export const title = 'With the SDK, in-process'
export const about =
  'Resilient calls through the SDK transport, everything on, against a bare `client.send` with JSON on both sides. No byte is sent: the request handler of all clients is replaced by one that answers 1 KB at once.'

const BARE = 'SDK, bare client.send'
const OWN = 'ours, own SDK client'
const HANDED = 'ours, client handed in'
const LEVELS = [1, 64]
const PAYLOAD = { text: 'x'.repeat(1_013) }
const BODY = new TextEncoder().encode(JSON.stringify(PAYLOAD))
/** Nothing listens there. */
const PORT = 1

const answer = async () => ({
  response: { statusCode: 200, headers: { 'x-amzn-requestid': 'bench' }, body: BODY },
})

/** In the classes: of the SDK's handler, and of ours for clients that the library makes. */
function answerAtOnce() {
  const { constructor } = plainClient(PORT).config.requestHandler
  constructor.prototype.handle = answer
  OwnHandler.prototype.send = answer
}

const calling = (call) => {
  answerAtOnce()
  return { call: () => call(PAYLOAD) }
}
const invoking = (invoker) => {
  const fn = invoker('quote')
  return calling((payload) => fn.invoke(payload))
}

export const contenders = {
  [BARE]: () => calling(bareSend(plainClient(PORT), 'quote')),
  [HANDED]: () => invoking(createInvoker({ client: plainClient(PORT) })),
  [OWN]: () => invoking(createInvoker(reachOf(PORT))),
}

export async function measure({ rounds, blockMs, warmUpMs }) {
  const field = { topic: import.meta.url, names: Object.keys(contenders) }
  const raced = await withContenders(field, (children) =>
    race(children, { levels: LEVELS, msAt: () => 2 * blockMs, warmUpMs, rounds }),
  )
  const times = (name, level) => factor(raced.us(name, level), raced.us(BARE, level))
  const lines = LEVELS.flatMap((level) =>
    raced.names.map((name) => [
      String(level),
      name,
      spread(raced.us(name, level)),
      figure(times(name, level)),
      spread(raced.cpuUs(name, level)),
      figure(factor(raced.cpuUs(name, level), raced.cpuUs(BARE, level))),
    ]),
  )
  const [major] = process.versions.node.split('.', 1)
  const limits = Number(major) >= 22 ? { 1: 0.92, 64: 0.92 } : { 1: 0.85, 64: 0.8 }
  return {
    tables: [[['in flight', '', 'µs', '×', 'CPU µs', '×'], ...lines]],
    targets: LEVELS.flatMap((level) => [
      atMost(`own SDK client, ${level} in flight`, times(OWN, level), limits[level], ' ×'),
      atMost(`client handed in, ${level} in flight`, times(HANDED, level), 1.03, ' ×'),
    ]),
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestRecord } from 'resilient-lambda/testing'
import type { Chapter } from '../storyline.js'

const WAVES = 5
const ABREAST = 6

/** What many calls meet together. */
export const CROWDS: readonly Chapter[] = [
  {
    title: 'A brown-out',
    about:
      'Three of ten requests to search fail while 30 calls come in, six at a time. Searching is idempotent.',
    async play(stage) {
      const search = stage.lambda('search').idempotent()
      stage.local.faults('search').when(threeInTen(), { type: 'error', name: 'ServiceException' })
      stage.narrator.beginCrowd('search')
      for (let wave = 1; wave <= WAVES; wave++) {
        await Promise.all(times(ABREAST, () => stage.send(search, { sku: 'A1' })))
        stage.narrator.wave(`wave ${wave}`)
      }
      stage.narrator.endCrowd()
    },
  },
  {
    title: 'A dead function beside a healthy one',
    about:
      'Every request to stock fails: 40 calls with three attempts each could send 120. Its circuit opens after ten ' +
      'failures in a row; quote loses nothing. When stock is well again, three probes close the circuit.',
    async play(stage) {
      const { lambda, local, narrator } = stage
      const stock = lambda('stock').idempotent().circuitBreaker({ openFor: '1.5s' })
      local.faults('stock').always({ type: 'error', name: 'ServiceException' })
      narrator.beginCrowd('stock', 'quote')
      for (let wave = 1; wave <= WAVES; wave++) {
        await Promise.all([
          ...times(8, () => stage.send(stock, { sku: 'A1' })),
          ...times(3, () => stage.send(lambda('quote'), { sku: 'A1' })),
        ])
        narrator.wave(`wave ${wave}`)
      }
      narrator.endCrowd()
      narrator.remark('stock got', `${local.requestsOf('stock').length} requests`)
      await stage.send(stock, { sku: 'A1' })

      local.faults('stock').clear()
      narrator.remark('meanwhile', 'stock is mended; the next call waits for the circuit')
      await sleep(Math.ceil(stock.circuit?.snapshot().retryAfterMs ?? 0) + 1)
      for (let probe = 1; probe <= 3; probe++) await stage.send(stock, { sku: 'A1' })
    },
  },
]

function times<T>(number: number, make: () => T): T[] {
  return Array.from({ length: number }, make)
}

/** Counts first, second and third attempts apart, so that how many calls fail does not depend on who comes first. */
function threeInTen(): (request: RequestRecord) => boolean {
  const seen = new Map<string, number>()
  return function fails({ headers }) {
    const attempt = String(headers['amz-sdk-request'])
    const number = (seen.get(attempt) ?? 0) + 1
    seen.set(attempt, number)
    return [0, 4, 7].includes(number % 10)
  }
}

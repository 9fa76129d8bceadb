import { beforeAll, describe, expect, test } from 'vitest'
import type { Served } from './apps/served.js'
import { overHttp, overLambda, type Exchange, type Handler } from './exchange.js'
import { formatLosses } from './format-losses.js'
import { FORMAT_NAMES, formats, type FormatName } from './formats.js'
import { through, type Loss } from './losses.js'
import { REQUEST_NAMES, table, type RequestName } from './table/table.js'

/** An app that is there in two ways: over HTTP, and as a Lambda function, behind somebody else's adapter. */
export interface Oracle {
  readonly serve: () => Promise<Served>
  readonly handlerFor: (format: FormatName) => Handler
  /** What the adapter loses, beside what the format has lost before. */
  readonly losses: readonly Loss[]
}

/** For each request over each format, both ways come to the same, but for the losses that are named. */
export function compare({ serve, handlerFor, losses }: Oracle): void {
  const answers = new Map<RequestName, Exchange>()
  const all = [...formatLosses, ...losses]

  beforeAll(async () => {
    const { port, close } = await serve()
    for (const name of REQUEST_NAMES) answers.set(name, await overHttp(port, table[name]))
    await close()
  })

  function expectation(format: FormatName, name: RequestName): ReturnType<typeof through> {
    return through(all, format, name, answers.get(name) as Exchange)
  }

  describe.each(FORMAT_NAMES)('over %s', (format) => {
    const handler = handlerFor(format)

    test.each(REQUEST_NAMES)('%s', async (name) => {
      const exchange = await overLambda(handler, formats[format], table[name])
      expect(exchange).toEqual(expectation(format, name).expected)
    })

    test.each(all.filter(({ formats }) => formats.includes(format)))('$loses', (loss) => {
      const shownIn = REQUEST_NAMES.filter((name) => expectation(format, name).shown.includes(loss))
      if (typeof loss.instead === 'function') expect(shownIn).not.toEqual([])
      else expect(shownIn.toSorted()).toEqual(Object.keys(loss.instead).toSorted())
    })
  })
}

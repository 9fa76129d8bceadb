import { beforeAll, describe, expect, test } from 'vitest'
import type { Served } from './apps/served.js'
import { overHttp, overLambda, type Exchange, type Handler } from './exchange.js'
import { formatLosses } from './format-losses.js'
import { FORMAT_NAMES, formats, type FormatName } from './formats.js'
import { expectationOf, type Expectation, type Loss } from './losses.js'
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
  const all = [...formatLosses, ...losses]
  const answers = new Map<RequestName, Exchange>()

  beforeAll(async () => {
    const { port, close } = await serve()
    for (const name of REQUEST_NAMES) answers.set(name, await overHttp(port, table[name]))
    await close()
  })

  describe.each(FORMAT_NAMES)('over %s', (formatName) => {
    const handler = handlerFor(formatName)
    const expectations = new Map<RequestName, Expectation>()

    beforeAll(() => {
      for (const [name, answer] of answers) {
        expectations.set(name, expectationOf(all, formatName, name, answer))
      }
    })

    test.each(REQUEST_NAMES)('%s', async (name) => {
      const exchange = await overLambda(handler, formats[formatName], table[name])
      expect(exchange).toEqual(expectations.get(name)?.expected)
    })

    const named = all.filter((loss) => loss.formats.includes(formatName))
    test.each(named.map((loss) => [loss.loses, loss] as const))('still true: %s', (_, loss) => {
      const shownIn = REQUEST_NAMES.filter((name) => expectations.get(name)?.shown.includes(loss))
      if (typeof loss.instead === 'function') expect(shownIn).not.toEqual([])
      else expect(shownIn.toSorted()).toEqual(Object.keys(loss.instead).toSorted())
    })
  })
}

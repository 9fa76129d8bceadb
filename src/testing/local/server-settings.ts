import type { LocalLambdaOptions } from './config.js'
import type { Place } from './target.js'

const KEYS: Record<keyof LocalLambdaOptions, true> = {
  functions: true,
  region: true,
  accountId: true,
  port: true,
}

/** Where the server says that it is, and which port it wants; checked. @throws TypeError */
export function readServerSettings(options: LocalLambdaOptions): {
  readonly place: Place
  readonly port: number
} {
  for (const key of Object.keys(options)) {
    if (!(key in KEYS))
      throw new TypeError(`${key} is no option. Allowed are: ${Object.keys(KEYS).join(', ')}.`)
  }
  const { functions, region = 'us-east-1', accountId = '123456789012', port = 0 } = options
  if (typeof functions !== 'object' || functions === null) {
    throw new TypeError(`functions is ${String(functions)}. Give an object of functions by name.`)
  }
  if (!/^(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d$/.test(region)) {
    throw new TypeError(`region is ${JSON.stringify(region)}. Allowed are regions such as 'eu-west-1'.`)
  }
  if (!/^\d{12}$/.test(accountId)) {
    throw new TypeError(`accountId is ${JSON.stringify(accountId)}. Allowed are texts of twelve digits.`)
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(
      `port is ${JSON.stringify(port)}. Allowed are whole numbers from 0, any free port, to 65535.`,
    )
  }
  return { place: { region, accountId }, port }
}

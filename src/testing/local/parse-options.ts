import { required, shape, textLike, mapOf, wholeNumber, type Parse } from '../../core/settings.js'
import type { LocalLambdaOptions } from './options.js'
import { FUNCTION_NAME, parseFunction, type FunctionSettings } from './parse-function.js'

/** Where the server says that it is. */
export interface Place {
  readonly region: string
  readonly accountId: string
}

/** The form of a region's name, which ARNs hold, too. */
export const REGION = '(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\\d'

const parseShape = shape({
  functions: mapOf(parseFunction, FUNCTION_NAME),
  region: textLike(new RegExp(`^${REGION}$`), "a region such as 'eu-west-1'"),
  accountId: textLike(/^\d{12}$/, 'a text of twelve digits'),
  port: wholeNumber(0, 65_535),
} satisfies Record<keyof LocalLambdaOptions, Parse<unknown>>)
const parseServer = required(parseShape, 'functions')

interface ServerSettings {
  readonly place: Place
  readonly port: number
  readonly functions: readonly FunctionSettings[]
}

/** The options of a server, checked and complete. @throws {InvalidSettingError} */
export function parseOptions(given: unknown): ServerSettings {
  const {
    functions,
    region = 'us-east-1',
    accountId = '123456789012',
    port = 0,
  } = parseServer(given, 'options')
  return {
    place: { region, accountId },
    port,
    functions: Array.from(functions, ([name, settings]) => ({ name, ...settings })),
  }
}

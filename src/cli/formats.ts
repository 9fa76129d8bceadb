import { InvalidSettingError } from '../core/settings.js'
import type { HttpFormat } from '../http/format.js'
import { alb } from '../http/formats/alb.js'
import { apiGatewayV1 } from '../http/formats/api-gateway-v1.js'
import { apiGatewayV2 } from '../http/formats/api-gateway-v2.js'
import { functionUrl } from '../http/formats/function-url.js'

type Plain = Readonly<Record<string, unknown>>

interface KnownFormat {
  /** The names of its options, which stand among those of the route. */
  readonly takes: readonly string[]
  /** @throws {InvalidSettingError} that names the option in the route at `path` */
  make(options: Plain, path: string): HttpFormat
}

/** The formats, by the names that they have in files and flags. */
export const FORMATS = {
  alb: known(alb, 'targetGroupArn', 'multiValueHeaders'),
  'api-gateway-v1': known(
    apiGatewayV1,
    ...(['stage', 'apiId', 'accountId', 'region', 'resource', 'binaryMediaTypes', 'stageVariables'] as const),
  ),
  'api-gateway-v2': known(
    apiGatewayV2,
    ...(['stage', 'apiId', 'accountId', 'region', 'routeKey', 'stageVariables'] as const),
  ),
  'function-url': known(functionUrl, 'urlId', 'region'),
} as const satisfies Readonly<Record<string, KnownFormat>>

export type FormatName = keyof typeof FORMATS

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly FormatName[]

function known<O extends object>(
  format: (options?: O) => HttpFormat,
  ...takes: readonly (keyof O & string)[]
): KnownFormat {
  return {
    takes,
    make(options, path) {
      try {
        return format(options as O)
      } catch (error) {
        // It speaks of its own options, by its own name.
        if (error instanceof InvalidSettingError) error.message = error.message.replace(format.name, path)
        throw error
      }
    },
  }
}

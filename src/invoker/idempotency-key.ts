import { IDEMPOTENCY_KEY } from '../core/forwarded.js'
import {
  either,
  InvalidSettingError,
  oneOf,
  refusedAs,
  shape,
  show,
  text,
  textLike,
} from '../core/settings.js'
import { failure, type Failure } from '../failures/failure.js'
import { refuseClientContext, withCustomEntry } from '../transport/client-context.js'
import { placeInPayload } from './key-in-payload.js'

/** Where the function reads the key. */
export interface IdempotencyKeyOptions {
  /**
   * - `'durableExecutionName'`: for durable functions; Lambda itself returns the execution of that name and payload.
   * - `{ payload: 'order.key' }`: a place in the payload, as the event key path of Powertools Idempotency expects.
   * - `{ clientContext: 'name' }`: an entry in the custom part of the client context.
   * - `'clientContext'`: the same under the name `idempotencyKey`, which `idempotencyKeyOf` reads.
   */
  readonly as:
    | 'durableExecutionName'
    | 'clientContext'
    | { readonly payload: string }
    | { readonly clientContext: string }
}

type Place = 'durableExecutionName' | { readonly payload: string } | { readonly clientContext: string }

/** A key, or what makes one of each payload, and where it goes. */
export interface IdempotencyKeySettings {
  readonly key: string | ((payload: unknown) => unknown)
  readonly as: Place
}

const PATH = textLike(/^[\w-]+(?:\.[\w-]+)*$/, "a path of names with dots between, such as 'order.key'")
const options = shape({
  as: either(oneOf('durableExecutionName', 'clientContext'), shape({ payload: PATH, clientContext: text })),
})
const PLACES =
  "where the function reads the key: 'durableExecutionName', { payload: 'a.path' }, 'clientContext' or { clientContext: 'a name' }"

/** Source: Invoke API, `X-Amz-Durable-Execution-Name`. */
const EXECUTION_NAME = textLike(/^[\w-]{1,64}$/, '1 to 64 letters, digits, - and _')

/** @throws {InvalidSettingError} */
export function parseIdempotencyKey(key: unknown, given: unknown = {}): IdempotencyKeySettings {
  const { as } = options(given, 'idempotencyKey')
  const place = placeOf(as)
  if (!place) throw new InvalidSettingError('idempotencyKey.as', as, PLACES)
  if (typeof key === 'function') return { key: key as (payload: unknown) => unknown, as: place }
  return { key: checked(key, place, ''), as: place }
}

function placeOf(as: ReturnType<typeof options>['as']): Place | undefined {
  if (as === 'clientContext') return { clientContext: IDEMPOTENCY_KEY }
  if (typeof as !== 'object') return as
  const { payload, clientContext } = as
  if (payload !== undefined && clientContext === undefined) return { payload }
  return clientContext !== undefined && payload === undefined ? { clientContext } : undefined
}

/** The key of one call. @throws {InvalidSettingError} where the user's function makes none */
export function keyOf({ key, as }: IdempotencyKeySettings, payload: unknown): string {
  return typeof key === 'string' ? key : checked(key(payload), as, 'a function that returns ')
}

function checked(key: unknown, place: Place, returned: string): string {
  const parse = place === 'durableExecutionName' ? EXECUTION_NAME : text
  try {
    return parse(key, 'idempotencyKey')
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error
    throw refusedAs(inWords(key), 'idempotencyKey', `${returned}${error.allowed}`)
  }
}

/** Never the key itself: it may be a secret, and errors go to logs. */
function inWords(key: unknown): string {
  if (key === '') return 'an empty text'
  if (typeof key === 'string') return `a text of length ${key.length}`
  return typeof key === 'number' || typeof key === 'bigint' ? `a ${typeof key}` : show(key)
}

/** The payload with the key, where it belongs there; or why the key has no place in this call. */
export function withKey(
  { as }: IdempotencyKeySettings,
  key: string,
  payload: unknown,
  clientContext: Readonly<Record<string, unknown>> | undefined,
): { readonly payload: unknown } | { readonly refused: Failure } {
  if (as === 'durableExecutionName') return { payload }
  if ('payload' in as) {
    const placed = placeInPayload(payload, as.payload, key)
    return 'refused' in placed ? { refused: refusal(`payload.${as.payload}`, placed.refused) } : placed
  }
  const context = withCustomEntry(clientContext, as.clientContext, key)
  const why = 'the client context has something else in its place'
  const refused = context ? refuseClientContext(context) : refusal(placeInWords(as), why)
  return refused ? { refused } : { payload }
}

function refusal(place: string, why: string): Failure {
  return failure('IdempotencyKeyRefused', `the idempotency key cannot stand at ${place}: ${why}`)
}

/** Where the key goes, for people. */
export function placeInWords(as: Place): string {
  if (as === 'durableExecutionName') return 'the durable execution name'
  return 'payload' in as ? `payload.${as.payload}` : `clientContext.custom.${as.clientContext}`
}

/** What a request says of the key, beside its payload. */
export function keyInRequest(
  { as }: IdempotencyKeySettings,
  key: string,
  clientContext: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> {
  if (as === 'durableExecutionName') return { durableExecutionName: key }
  return 'payload' in as ? {} : { clientContext: withCustomEntry(clientContext, as.clientContext, key) }
}

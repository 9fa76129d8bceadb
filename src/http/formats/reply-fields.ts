import { show } from '../../core/settings.js'
import { cut } from '../../failures/text.js'
import type { InvalidReply } from '../format.js'
import type { HttpHeaders, HttpReply } from '../message.js'
import { withoutHopByHop } from '../hop-by-hop.js'
import { isHeaderName, unsendableAt } from '../sendable.js'
import { base64Fault } from './base64.js'
import { typeName } from './type-name.js'

/** Which forms a status may come in. */
interface StatusRule {
  /** Whether `'200'` will do. */
  readonly texts?: boolean
  readonly whenAbsent?: number
}

/** Reads a reply that is an object of fields; the first that is wrong decides. */
export function readReply(
  given: unknown,
  read: (fields: ReplyFields) => HttpReply,
): HttpReply | InvalidReply {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { at: 'the reply', problem: `must be an object with a statusCode, but was ${typeName(given)}` }
  }
  const fields = new ReplyFields(given as Readonly<Record<string, unknown>>)
  const reply = read(fields)
  return fields.wrong ?? { ...reply, headers: withoutHopByHop(reply.headers) }
}

/** A reply's fields; a reader notes what is wrong, and goes on with something empty in its place. */
export class ReplyFields {
  readonly #fields: Readonly<Record<string, unknown>>
  #wrong: InvalidReply | undefined

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields
  }

  /** The first problem that a reader came upon. */
  get wrong(): InvalidReply | undefined {
    return this.#wrong
  }

  /** Null counts as absent: serializers of other languages write it for what was not set. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null
  }

  /** Whether a field is absent, or an object of nothing. */
  isEmpty(name: string): boolean {
    return Object.keys(this.#fields[name] ?? {}).length === 0
  }

  refuse(at: string, problem: string): void {
    this.#wrong ??= { at, problem }
  }

  refuseOthersThan(known: readonly string[]): void {
    const other = Object.keys(this.#fields).find((name) => !known.includes(name))
    if (other !== undefined)
      this.refuse(quoted(other), `is none of the fields that a reply can have: ${known.join(', ')}`)
  }

  status({ texts = false, whenAbsent }: StatusRule = {}): number {
    const { statusCode: given = whenAbsent } = this.#fields
    const status = texts && typeof given === 'string' && /^\d{3}$/.test(given) ? Number(given) : given
    if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599)
      return status
    const was = given === undefined ? 'is missing' : `was ${show(given)}`
    this.refuse('statusCode', `must be a whole number from 200 to 599, but ${was}`)
    return 0
  }

  /** The reason phrase in a description such as `200 OK`. */
  statusText(): string {
    if (!this.has('statusDescription')) return ''
    const given = this.#fields.statusDescription
    if (typeof given !== 'string') {
      this.refuse('statusDescription', `must be a text, such as '200 OK', but was ${typeName(given)}`)
      return ''
    }
    const unsendable = unsendableAt(given)
    if (unsendable >= 0)
      this.refuse('statusDescription', `has a character, at ${unsendable}, that no status line can carry`)
    return given.replace(/^\d{3} ?/, '')
  }

  headers(): HttpHeaders {
    return this.#entries('headers').map(([name, value]) =>
      this.#header(name, value, `headers.${quoted(name)}`),
    )
  }

  multiValueHeaders(): HttpHeaders {
    return this.#entries('multiValueHeaders').flatMap(([name, values]) => {
      const at = `multiValueHeaders.${quoted(name)}`
      if (Array.isArray(values)) {
        return values.map((value: unknown, index) => this.#header(name, value, `${at}[${index}]`))
      }
      this.refuse(at, `must be a list, but was ${typeName(values)}`)
      return []
    })
  }

  /** A `Set-Cookie` for each of the `cookies`. */
  cookies(): HttpHeaders {
    const cookies = this.has('cookies') ? this.#fields.cookies : []
    if (Array.isArray(cookies)) {
      return cookies.map((cookie: unknown, index) => this.#header('set-cookie', cookie, `cookies[${index}]`))
    }
    this.refuse('cookies', `must be a list, but was ${typeName(cookies)}`)
    return []
  }

  body(): Uint8Array {
    const { body, isBase64Encoded = null } = this.#fields
    if (isBase64Encoded !== null && typeof isBase64Encoded !== 'boolean') {
      this.refuse('isBase64Encoded', `must be true or false, but was ${show(isBase64Encoded)}`)
    }
    if (!this.has('body')) return new Uint8Array()
    if (typeof body !== 'string') {
      this.refuse('body', `must be a text, but was ${typeName(body)}`)
      return new Uint8Array()
    }
    if (isBase64Encoded !== true) return Buffer.from(body)
    const fault = base64Fault(body)
    if (fault !== undefined) this.refuse('body', `must be base64, as isBase64Encoded says, but ${fault}`)
    return Buffer.from(body, 'base64')
  }

  #entries(name: string): readonly (readonly [string, unknown])[] {
    if (!this.has(name)) return []
    const given = this.#fields[name]
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return Object.entries(given)
    this.refuse(name, `must be an object, but was ${typeName(given)}`)
    return []
  }

  #header(name: string, value: unknown, at: string): readonly [string, string] {
    if (!isHeaderName(name)) this.refuse(at, 'has a name that no header can have')
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      this.refuse(at, `must be a text, a number or a boolean, but was ${typeName(value)}`)
      return [name, '']
    }
    const text = trimmed(String(value))
    const unsendable = unsendableAt(text)
    // The value stays out of the message: it may be a secret.
    if (unsendable >= 0) this.refuse(at, `has a character, at ${unsendable}, that no header can carry`)
    return [name, text]
  }
}

/** A name as it can stand in a message, which has one line. */
function quoted(name: string): string {
  const short = cut(name, 80)
  return isHeaderName(name) ? short : JSON.stringify(short)
}

/** Without the spaces and tabs around it, which are no part of a value. */
function trimmed(value: string): string {
  let start = 0
  let end = value.length
  while (isBlank(value[start])) start++
  while (isBlank(value[end - 1])) end--
  return value.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

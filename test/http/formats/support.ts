import { InvalidSettingError } from 'resilient-lambda'
import { expect } from 'vitest'
import type { HttpFormat, HttpReply, HttpRequest, InvalidReply } from '../../../src/http/index.js'
import { requestWith } from '../support.js'

/** What a function gets: events travel as JSON. */
export function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

export function eventOf(
  format: HttpFormat,
  parts: Partial<HttpRequest> = {},
): Readonly<Record<string, unknown>> {
  return throughJson(format.encode(requestWith(parts))) as Readonly<Record<string, unknown>>
}

/** A valid reply, its body as text. */
export function replyOf(
  format: HttpFormat,
  given: unknown,
): Omit<HttpReply, 'body'> & { readonly body: string } {
  const reply = format.decode(given)
  if ('problem' in reply) throw new Error(`${reply.at} ${reply.problem}`)
  return { ...reply, body: Buffer.from(reply.body).toString() }
}

/** Why a reply is invalid, as people read it. */
export function problemOf(format: HttpFormat, given: unknown): string {
  const reply: HttpReply | InvalidReply = format.decode(given)
  if (!('problem' in reply)) throw new Error(`took it, with status ${reply.status}`)
  return `${reply.at} ${reply.problem}`
}

/** What the refusal of settings says. */
export function refusalOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidSettingError)
    return (error as InvalidSettingError).message
  }
  throw new Error('took it')
}

import { summarise } from '../failures/cause.js'
import type { DeadLetter } from '../policies/dead-letter.js'
import { jsonCodec } from '../transport/payload.js'

/** A dead letter as it travels: one JSON object. */
export interface DeadLetterMessage {
  readonly version: 1
  /** The same in every copy of the letter, since queues and asynchronous invocations may deliver one twice. */
  readonly id: string
  /** The function, as the caller named it. */
  readonly target: string
  /** When the call failed, in ms since the epoch. */
  readonly at: number
  readonly mayHaveRun: boolean
  /** The error's `toJSON()`: code, kind, message, every attempt. */
  readonly error: Readonly<Record<string, unknown>>
  /** As the caller gave it; absent where he gave none. */
  readonly payload?: unknown
  /** In place of `payload` where it is bytes. */
  readonly payloadBase64?: string
  /** Why there is no payload: it makes the message too large, or JSON has no words for it. */
  readonly payloadOmitted?: 'too-large' | 'not-json'
  /** How large the payload is that was left out, in bytes of JSON or base64. */
  readonly payloadBytes?: number
}

/** A letter as text, and what it lacks. */
export interface EncodedLetter {
  readonly body: string
  /** Undefined where it is whole. */
  readonly lacks: string | undefined
}

/** The letter as JSON of at most `maxBytes`; without its payload where it cannot be had with it. */
export function encodeLetter(letter: DeadLetter, maxBytes: number, service: string): EncodedLetter {
  const { id, target, at, mayHaveRun, error } = letter
  const story = { version: 1 as const, id, target, at, mayHaveRun, error: error.toJSON() }
  let payload: Payload
  try {
    payload = payloadOf(letter.payload)
  } catch (cause) {
    const lacks = `its payload, which cannot be turned into JSON: ${summarise(cause).message}`
    return { body: textOf(story, { payloadOmitted: 'not-json' }), lacks }
  }
  const body = textOf(story, payload)
  const size = bytesOf(body)
  if (size <= maxBytes) return { body, lacks: undefined }
  const payloadBytes = size - bytesOf(textOf(story, {}))
  const lacks = `its payload, with which it has ${inWords(size)} bytes; ${service} takes at most ${inWords(maxBytes)}`
  return { body: textOf(story, { payloadOmitted: 'too-large', payloadBytes }), lacks }
}

/** What a sink throws once it has sent what there was, so that nobody takes the letter for a whole one. */
export function assertWhole({ lacks }: EncodedLetter): void {
  if (lacks !== undefined) throw new Error(`the letter was sent without ${lacks}`)
}

type Payload = Pick<DeadLetterMessage, 'payload' | 'payloadBase64'>

function payloadOf(payload: unknown): Payload {
  if (payload instanceof Uint8Array) return { payloadBase64: Buffer.from(payload).toString('base64') }
  jsonCodec.encode(payload)
  return { payload }
}

function textOf(story: Omit<DeadLetterMessage, keyof Payload>, rest: Partial<DeadLetterMessage>): string {
  // Two characters that JSON may carry, and the text of a queue's message may not.
  return JSON.stringify({ ...story, ...rest }).replace(/[\uFFFE\uFFFF]/g, (char) =>
    char === '\uFFFE' ? '\\ufffe' : '\\uffff',
  )
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}

function inWords(bytes: number): string {
  return bytes.toLocaleString('en')
}

import { summarise } from '../failures/cause.js'
import type { DeadLetter } from '../policies/dead-letter.js'
import { jsonCodec } from '../transport/payload.js'
import { changedInJson, jsonText } from './json.js'
import { storiesOf, type Story } from './story.js'

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
  /** What of the error was left out, such as `attempts`, since with it the letter was too large. */
  readonly errorOmitted?: readonly string[]
  /** As the caller gave it; absent where he gave none. */
  readonly payload?: unknown
  /** In place of `payload` where it is bytes. */
  readonly payloadBase64?: string
  /** Why there is no payload: it makes the message too large, or JSON has no words for it. */
  readonly payloadOmitted?: 'too-large' | 'not-json'
  /** How large the payload is that was left out, in bytes of JSON or base64. */
  readonly payloadBytes?: number
  /** The first thing in `payload` that JSON could not keep as the caller gave it, such as `a Map at payload.items`. */
  readonly payloadChanged?: string
}

/** A letter as text, and what it lacks. */
export interface EncodedLetter {
  readonly body: string
  /** Undefined where it is whole. */
  readonly lacks: string | undefined
}

/**
 * The letter as JSON of at most `maxBytes`, which are at least 1,024. What is long in its story goes before the payload
 * does, and comes back where even that is not enough: a payload that is too large should not cost the attempts too.
 */
export function encodeLetter(letter: DeadLetter, maxBytes: number, service: string): EncodedLetter {
  const stories = storiesOf(letter)
  const [whole, , barest] = stories
  let payload: Payload
  try {
    payload = payloadOf(letter.payload)
  } catch (cause) {
    const lacks = `its payload, which cannot be turned into JSON: ${summarise(cause).message}`
    return { body: without({ payloadOmitted: 'not-json' }), lacks }
  }
  const payloadBytes = bytesOf(textOf(barest, payload)) - bytesOf(textOf(barest))
  const story = storyBeside(payloadBytes)
  if (story) {
    const { payloadChanged: changed } = payload
    return {
      body: textOf(story, payload),
      lacks: changed && `what JSON cannot keep of its payload: ${changed}`,
    }
  }
  const size = bytesOf(textOf(whole)) + payloadBytes
  const lacks = `its payload, with which it has ${inWords(size)} bytes; ${service} takes at most ${inWords(maxBytes)}`
  return { body: without({ payloadOmitted: 'too-large', payloadBytes }), lacks }

  function storyBeside(bytes: number): Story | undefined {
    return stories.find((each) => bytesOf(textOf(each)) + bytes <= maxBytes)
  }

  function without(why: Omission): string {
    return textOf(storyBeside(ROOM_FOR_OMISSION) ?? barest, why)
  }
}

/** What a sink throws once it has sent what there was, so that nobody takes the letter for a whole one. */
export function assertWhole({ lacks }: EncodedLetter): void {
  if (lacks !== undefined) throw new Error(`the letter was sent without ${lacks}`)
}

type Payload = Pick<DeadLetterMessage, 'payload' | 'payloadBase64' | 'payloadChanged'>
type Omission = Pick<DeadLetterMessage, 'payloadOmitted' | 'payloadBytes'>

/** Why there is no payload takes less than this, in bytes. */
const ROOM_FOR_OMISSION = 100

function payloadOf(payload: unknown): Payload {
  if (payload instanceof Uint8Array) return { payloadBase64: Buffer.from(payload).toString('base64') }
  jsonCodec.encode(payload)
  const payloadChanged = changedInJson(payload)
  return { payload, ...(payloadChanged !== undefined && { payloadChanged }) }
}

function textOf(story: Story, rest: Payload | Omission = {}): string {
  return jsonText({ ...story, ...rest })
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}

function inWords(bytes: number): string {
  return bytes.toLocaleString('en')
}

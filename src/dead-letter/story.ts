import { cut } from '../failures/text.js'
import type { DeadLetter } from '../policies/dead-letter.js'
import { jsonText } from './json.js'
import type { DeadLetterMessage } from './message.js'

/** What a letter tells of its call: all but the payload. */
export type Story = Pick<
  DeadLetterMessage,
  'version' | 'id' | 'target' | 'at' | 'mayHaveRun' | 'error' | 'errorOmitted'
>

/** What has no bound of its own, or a high one. */
const LONG: ReadonlySet<string> = new Set(['attempts', 'issues', 'remote', 'denied', 'cause'])
const BARE: ReadonlySet<string> = new Set(['code', 'kind', 'message'])

/** In bytes of JSON, so that the barest story fits into the smallest limit, which is 1,024. */
const BARE_CODE_BYTES = 60
const BARE_TEXT_BYTES = 200

/** A letter's story: whole, without what may be long, and last in so few bytes that it fits anywhere. */
export function storiesOf({ id, target, at, mayHaveRun, error }: DeadLetter): readonly [Story, Story, Story] {
  const whole = { version: 1 as const, id, target, at, mayHaveRun, error: error.toJSON() }
  const bare = {
    code: cutToBytes(error.code, BARE_CODE_BYTES),
    message: cutToBytes(error.message, BARE_TEXT_BYTES),
  }
  return [
    whole,
    withOnly(whole, (name) => !LONG.has(name)),
    withOnly({ ...whole, target: cutToBytes(target, BARE_TEXT_BYTES) }, (name) => BARE.has(name), bare),
  ]
}

function withOnly(whole: Story, isKept: (name: string) => boolean, cuts: object = {}): Story {
  const parts = Object.entries(whole.error)
  const kept = Object.fromEntries(parts.filter(([name]) => isKept(name)))
  const errorOmitted = parts.map(([name]) => name).filter((name) => !isKept(name))
  return { ...whole, error: { ...kept, ...cuts }, errorOmitted }
}

function cutToBytes(text: string, limit: number): string {
  if (Buffer.byteLength(jsonText(text)) <= limit) return text
  return cutToBytes(cut(text, Math.floor(text.length * 0.9)), limit)
}

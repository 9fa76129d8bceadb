import type { CallEvent, Failure, Observer } from 'resilient-lambda'
import { time } from './format.js'
import type { Ink, Paper, Part } from './paper.js'

type EventOf<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>
type Row = readonly [verb: string, text: string, ink?: Ink]
/** The marks of each function. */
type Crowd = ReadonlyMap<string, Part[]>

/** How each event reads; undefined is not told, as something else tells it. */
const ROWS: { readonly [T in CallEvent['type']]?: (event: EventOf<T>) => Row | undefined } = {
  'attempt.ended': ({ attempt, failure, ran, durationMs }) =>
    failure
      ? [`attempt ${attempt}`, `✗ ${nameOf(failure)} in ${time(durationMs)}: ${RAN[ran]}`, 'red']
      : [`attempt ${attempt}`, `✓ answered in ${time(durationMs)}`, 'green'],
  'attempt.abandoned': () => ['let go', 'nobody waits for it, and it may still be running', 'yellow'],
  'retry.scheduled': ({ waitMs, failure: { verdict, retryAfterMs } }) => {
    const asked = retryAfterMs === undefined ? '' : `; ${time(retryAfterMs)} were asked for`
    return ['wait', `${time(waitMs)} (${verdict.kind}${asked})`, 'yellow']
  },
  'retry.refused': ({ why, failure }) =>
    failure.verdict.kind === 'local' ? undefined : ['no repeat', why, 'yellow'],
  'budget.spent': () => ['budget', 'no tokens are left for repeats', 'yellow'],
  'breaker.state': ({ state, previous, why, openForMs }) => [
    'circuit',
    `${previous} → ${state}${openForMs === undefined ? '' : ` for ${time(openForMs)}`}: ${why}`,
    'cyan',
  ],
  'breaker.refused': ({ state, retryAfterMs }) => [
    'refused',
    `the circuit is ${state}${retryAfterMs === undefined ? '' : `, for ${time(retryAfterMs)} more`}`,
    'yellow',
  ],
  'fallback.used': ({ ok, failure }) => [
    'fallback',
    ok ? `answers in place of ${nameOf(failure)}` : 'fails too',
    ok ? 'green' : 'yellow',
  ],
  'call.ended': ({ failure, mayHaveRun }) =>
    failure && ['failed', `${failure.code}, mayHaveRun: ${mayHaveRun}`, 'red'],
}

/** A function's own error has a name of its own. */
function nameOf({ code, remote }: Failure): string {
  return code === 'FunctionError' && remote?.errorType !== undefined ? remote.errorType : code
}

const RAN = { no: 'it did not run', maybe: 'it may have run', yes: 'it ran' } as const

/** The columns. */
const NUMBER = 5
const NAME = 15
const AT = 8
const VERB = 11
const INDENT = NUMBER + 2 + NAME + AT + 2 + VERB

const FAILED: Part = ['✗', 'red']
const REFUSED: Part = ['⊘', 'yellow']
const LEGEND: readonly Part[] = [
  ...[1, 2, 3].flatMap((attempt) => [answeredBy(attempt), ' ']),
  ['answered by that attempt   ', 'dim'],
  FAILED,
  [' failed   ', 'dim'],
  REFUSED,
  [' refused by the open circuit, nothing sent', 'dim'],
]

/** Tells each call as it happens, from its events alone. */
export class Narrator implements Observer {
  readonly #paper: Paper
  #lastCall: number | undefined
  /** While there is one, single calls are not told. */
  #crowd: Crowd | undefined

  constructor(paper: Paper) {
    this.#paper = paper
  }

  event(event: CallEvent): void {
    if (this.#crowd && event.type === 'call.ended') mark(this.#crowd, event)
    if (this.#crowd && event.type !== 'breaker.state') return
    const tell = ROWS[event.type] as ((event: CallEvent) => Row | undefined) | undefined
    const row = tell?.(event)
    if (row) this.#row(event, row)
  }

  /** From here on the calls of these functions are marks, since there are too many to tell. */
  beginCrowd(...targets: readonly string[]): void {
    this.#crowd = new Map(targets.map((target) => [target, []]))
    this.#paper.line(' '.repeat(NUMBER + 2), ...LEGEND)
  }

  /** Shows the marks since the last wave, in the order in which the calls ended. */
  wave(verb: string): void {
    for (const [target, marks] of this.#crowd ?? []) {
      const front = `${' '.repeat(NUMBER + 2)}${target.padEnd(NAME + AT + 2)}${verb.padEnd(VERB)}`
      this.#paper.line(front, ...marks.splice(0).flatMap((one) => [one, ' ']))
    }
  }

  endCrowd(): void {
    this.#crowd = undefined
  }

  /** A remark that is no event, in the columns of the events. */
  remark(verb: string, text: string): void {
    this.#lastCall = undefined
    this.#paper.hanging([[' '.repeat(INDENT - VERB) + verb.padEnd(VERB), 'dim']], text, 'dim')
  }

  #row({ call, target, atMs }: CallEvent, [verb, text, ink]: Row): void {
    const label = this.#lastCall === call ? '' : `#${call}`
    const name = label === '' ? '' : target
    this.#lastCall = call
    const at = time(atMs).padStart(AT)
    const front = `${label.padStart(NUMBER)}  ${name.padEnd(NAME)}`
    this.#paper.hanging(
      [[front, 'bold'], [`${at}  `, 'dim'], ink ? [verb.padEnd(VERB), ink] : verb.padEnd(VERB)],
      text,
    )
  }
}

function mark(crowd: Crowd, { target, failure, attempts }: EventOf<'call.ended'>): void {
  if (failure) crowd.get(target)?.push(failure.code === 'CircuitOpen' ? REFUSED : FAILED)
  else crowd.get(target)?.push(answeredBy(attempts.length))
}

function answeredBy(attempt: number): Part {
  return [String(attempt), attempt === 1 ? 'green' : 'cyan']
}

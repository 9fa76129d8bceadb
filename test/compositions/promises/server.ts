import type { FailureCode, Ran, Transport } from 'resilient-lambda'
import { answered, failed, failure, type Clock, type Context, type Outcome } from 'resilient-lambda/policies'

/** How one request goes: the way to the function, its work, and what comes back. */
export interface Fate {
  readonly connectMs: number
  readonly workMs: number
  /** `ignores` never answers and does not even stop when it is told to. */
  readonly end: FailureCode | 'answers' | 'hangs' | 'ignores'
  readonly retryAfterMs: number | undefined
}

/** One request, as the server's own log has it. */
export interface Sent {
  readonly name: string
  readonly call: number
  readonly atMs: number
  /** Whether the call had been stopped before the request was made. */
  readonly stopped: boolean
  ran: Ran
  answeredAtMs: number | undefined
}

/** A Lambda of our own, which knows what it received and what became of it. */
export interface Server {
  readonly transport: Transport
  readonly log: readonly Sent[]
}

const decoder = new TextDecoder()

/** A server on which the nth request of a call meets the nth of its fates; the last one is repeated for ever. */
export function createServer(clock: Clock, fatesOf: (name: string, call: number) => readonly Fate[]): Server {
  const log: Sent[] = []

  const transport: Transport = async ({ functionName: name, body }, context) => {
    const { call } = JSON.parse(decoder.decode(body)) as { call: number }
    const fates = fatesOf(name, call)
    const turn = log.filter((sent) => sent.name === name && sent.call === call).length
    const fate = fates[Math.min(turn, fates.length - 1)]
    const stopped = context.scope.cancelled !== undefined
    if (context.attempt) context.attempt.ran = 'no'
    const sent: Sent = { name, call, atMs: clock.now(), stopped, ran: 'no', answeredAtMs: undefined }
    log.push(sent)
    const outcome = await meet(fate, sent, context)
    if (outcome.ok) sent.answeredAtMs = clock.now()
    return outcome
  }
  return { transport, log }
}

async function meet(
  fate: Fate | undefined,
  sent: Sent,
  context: Context,
): Promise<Outcome<Uint8Array | undefined>> {
  if (!fate) throw new Error('a request of a call that nobody made')
  const { connectMs, workMs, end, retryAfterMs } = fate
  const cutWhileConnecting = await pause(context, connectMs)
  if (cutWhileConnecting) return cutWhileConnecting

  note('maybe')
  if (end === 'ignores') return new Promise(() => {})
  const cutWhileRunning = await pause(context, end === 'hangs' ? Infinity : workMs)
  if (cutWhileRunning) return cutWhileRunning

  const outcome =
    end === 'answers' || end === 'hangs'
      ? answered(undefined)
      : failed(failure(end, undefined, { retryAfterMs }))
  note(outcome.ok ? 'yes' : outcome.failure.verdict.ran)
  return outcome

  function note(ran: Ran): void {
    // What happens after the caller has let go is not the caller's to know.
    if (context.scope.cancelled) return
    sent.ran = ran
    if (context.attempt) context.attempt.ran = ran
  }
}

type Cut = ReturnType<typeof failed>

/** Why the pause was cut short; undefined when it was not. */
function pause({ clock, scope }: Context, ms: number): Promise<Cut | undefined> {
  return new Promise((resolve) => {
    const timer = ms === Infinity ? undefined : clock.setTimer(ms, () => resolve(undefined))
    const forget = scope.onCancel((why) => {
      timer?.cancel()
      resolve(failed(why))
    })
    if (ms === 0 && !scope.cancelled) {
      timer?.cancel()
      forget()
      resolve(undefined)
    }
  })
}

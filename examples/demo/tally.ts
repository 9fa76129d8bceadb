import type { CallEvent, Observer } from 'resilient-lambda'

/** What was seen of one function. */
export interface Counts {
  calls: number
  answered: number
  byFallback: number
  failed: number
  attempts: number
  /** Of the calls that the function answered, in ms. */
  readonly latenciesMs: number[]
}

/** Adds up what happened, from the events alone. */
export class Tally implements Observer {
  readonly functions = new Map<string, Counts>()
  repeats = 0
  repeatsRefused = 0
  letGo = 0
  openings = 0

  event(event: CallEvent): void {
    switch (event.type) {
      case 'retry.scheduled':
        this.repeats++
        break
      case 'retry.refused':
        if (event.reason === 'may-have-run') this.repeatsRefused++
        break
      case 'attempt.abandoned':
        this.letGo++
        break
      case 'breaker.state':
        if (event.state === 'open') this.openings++
        break
      case 'call.ended':
        this.#end(event)
        break
      default:
    }
  }

  #end({ target, ok, fallback, attempts, durationMs }: Extract<CallEvent, { type: 'call.ended' }>): void {
    const counts = this.#of(target)
    counts.calls++
    counts.attempts += attempts.length
    if (!ok) counts.failed++
    else if (fallback) counts.byFallback++
    else {
      counts.answered++
      counts.latenciesMs.push(durationMs)
    }
  }

  /** Qualifiers are told together: the server's log is by function. */
  #of(target: string): Counts {
    const [name = target] = target.split(':')
    const known = this.functions.get(name)
    if (known) return known
    const counts = { calls: 0, answered: 0, byFallback: 0, failed: 0, attempts: 0, latenciesMs: [] }
    this.functions.set(name, counts)
    return counts
  }
}

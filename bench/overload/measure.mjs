import { END_MS, INCIDENT, WARM_UP_MS } from './scenarios.mjs'

/** Success is judged in pieces of this length, to see when a fleet is well again. */
const PIECE_MS = 500
const PIECES = END_MS / PIECE_MS

/**
 * What is written down during one run, and what it comes to. A call belongs to the time at which it began, and so do an
 * attempt and the work of an environment; only goodput is of the time at which answers came, since calls that wait for
 * the incident to end get their answers from the time after it.
 */
export class Measure {
  #begun = new Float64Array(PIECES)
  #answered = new Float64Array(PIECES)
  #answers = new Float64Array(PIECES)
  #attempts = new Float64Array(PIECES)
  #workMs = new Float64Array(PIECES)
  #heardMs = new Float64Array(PIECES)
  #latencies = Array.from({ length: PIECES }, () => [])

  /** A call begins; the returned function takes its end, once. */
  begin(nowMs) {
    const piece = pieceOf(nowMs)
    this.#begun[piece] += 1
    return (ok, endMs) => {
      if (!ok) return
      this.#answered[piece] += 1
      if (endMs < END_MS) this.#answers[pieceOf(endMs)] += 1
      this.#latencies[piece].push(endMs - nowMs)
    }
  }

  attempt(nowMs) {
    if (nowMs < END_MS) this.#attempts[pieceOf(nowMs)] += 1
  }

  work({ startedAt, ms }) {
    if (startedAt < END_MS) this.#workMs[pieceOf(startedAt)] += ms
  }

  /** Work whose answer somebody got; the rest was for nothing. */
  heard({ startedAt, ms }) {
    if (startedAt < END_MS) this.#heardMs[pieceOf(startedAt)] += ms
  }

  /** The figures; where nothing happens, the time of the incident is the whole run. */
  figures(steady) {
    const all = [WARM_UP_MS, END_MS]
    const incident = steady ? all : [INCIDENT.fromMs, INCIDENT.untilMs]
    const before = [WARM_UP_MS, INCIDENT.fromMs]
    const after = [INCIDENT.untilMs, END_MS]
    const latencies = this.#sortedLatencies(incident)
    return {
      calls: sum(this.#begun, incident),
      success: ratio(this.#answered, this.#begun, all),
      before: ratio(this.#answered, this.#begun, before),
      during: ratio(this.#answered, this.#begun, incident),
      after: ratio(this.#answered, this.#begun, after),
      attempts: ratio(this.#attempts, this.#begun, incident),
      worst: this.#worstSecond(),
      wasted: sum(this.#workMs, incident) === 0 ? 0 : 1 - ratio(this.#heardMs, this.#workMs, incident),
      billedMs: ratio(this.#workMs, this.#begun, incident),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      p999: quantile(latencies, 0.999),
      p99Before: quantile(this.#sortedLatencies(before), 0.99),
      recovery: this.#recovery(),
      goodput: sum(this.#answers, incident) / ((incident[1] - incident[0]) / 1_000),
    }
  }

  /** Per second of the run: the share of calls begun in it that were answered, and attempts per call. */
  series() {
    return Array.from({ length: END_MS / 1_000 }, (_, second) => {
      const range = [second * 1_000, (second + 1) * 1_000]
      return [ratio(this.#answered, this.#begun, range), ratio(this.#attempts, this.#begun, range)]
    })
  }

  #sortedLatencies(range) {
    return Float64Array.from(this.#latencies.slice(...range.map(pieceOf)).flat()).toSorted()
  }

  #worstSecond() {
    return Math.max(
      ...this.series()
        .slice(WARM_UP_MS / 1_000)
        .map(([, attempts]) => attempts),
    )
  }

  /** Until the end of the last piece after the incident in which success was below 99 % of what it was before. */
  #recovery() {
    const usual = ratio(this.#answered, this.#begun, [WARM_UP_MS, INCIDENT.fromMs])
    const first = pieceOf(INCIDENT.untilMs)
    for (let piece = PIECES - 1; piece >= first; piece--) {
      if (this.#answered[piece] / this.#begun[piece] >= 0.99 * usual) continue
      return piece === PIECES - 1 ? Infinity : ((piece + 1 - first) * PIECE_MS) / 1_000
    }
    return 0
  }
}

function pieceOf(ms) {
  return Math.floor(ms / PIECE_MS)
}

function sum(values, [fromMs, untilMs]) {
  return values.slice(pieceOf(fromMs), pieceOf(untilMs)).reduce((total, value) => total + value, 0)
}

function ratio(some, all, range) {
  const total = sum(all, range)
  return total === 0 ? 0 : sum(some, range) / total
}

function quantile(sorted, share) {
  if (sorted.length === 0) return Number.NaN
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

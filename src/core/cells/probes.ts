/** A call's leave to go through, to be handed back with how it went. */
export interface Permit {
  readonly probe: boolean
  /** When a probe must have ended; one that hangs is a failed one. */
  readonly endBy: number
  /** Which period of the circuit it belongs to: what began before a change of state says nothing about the time after. */
  readonly period: number
}

/** The calls that a half-open circuit lets through to find out whether its function is well again. */
export class Probes {
  readonly #atFirst: number
  readonly #underWay = new Set<Permit>()
  #passed = 0

  constructor(atFirst: number) {
    this.#atFirst = atFirst
  }

  /** Whether as many have passed as may be under way at first. */
  get enough(): boolean {
    return this.#passed >= this.#atFirst
  }

  /** Whether one of them did not end in time. */
  isLate(now: number): boolean {
    for (const { endBy } of this.#underWay) if (endBy < now) return true
    return false
  }

  /** Each that passes makes room for more: traffic comes back in steps, and a slow one holds nobody up. */
  admit(endBy: number, period: number): Permit | undefined {
    if (this.#underWay.size >= this.#atFirst * (1 + this.#passed)) return undefined
    const permit = { probe: true, endBy, period }
    this.#underWay.add(permit)
    return permit
  }

  end(permit: Permit, passed: boolean): void {
    this.#underWay.delete(permit)
    if (passed) this.#passed++
  }
}

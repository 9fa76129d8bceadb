/** What the SDK keeps of its clock in a client's configuration; the switch is not in older versions. */
export interface ClockConfig {
  systemClockOffset?: number
  readonly disableClockSkewCorrection?: () => Promise<boolean | undefined>
}

/** A client's correction of the clock, the same for the SDK's requests and for ours. */
export interface ClockOffset {
  /** What to add to the clock, in ms. */
  readonly offsetMs: number
  /** Follows a reply's `date` header; says whether a request signed with `signedOffsetMs` was dated too far from it. */
  correct(date: string | undefined, nowMs: number, signedOffsetMs: number): boolean
}

/** AWS takes signatures of five minutes before and after; the SDK allows a minute for the way. */
const TOO_FAR_MS = 4 * 60_000

const UNCORRECTED: ClockOffset = { offsetMs: 0, correct: () => false }

export async function clockOf(config: ClockConfig): Promise<ClockOffset> {
  if (await config.disableClockSkewCorrection?.()) return UNCORRECTED
  return {
    get offsetMs() {
      return config.systemClockOffset ?? 0
    },
    correct(date, nowMs, signedOffsetMs) {
      const offsetMs = Date.parse(date ?? '') - nowMs
      if (Number.isNaN(offsetMs)) return false
      config.systemClockOffset = offsetMs
      return Math.abs(offsetMs - signedOffsetMs) >= TOO_FAR_MS
    },
  }
}

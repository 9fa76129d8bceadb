import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test, vi } from 'vitest'
import { ANSWER_FAULTS } from './answer-faults.js'
import type { FaultCase } from './fault-case.js'
import { IS_PROJECTS_SDK, SDK_VERSION } from './sdk-version.js'
import { SOCKET_FAULTS } from './socket-faults.js'
import { answerOf, answersOf, faultPage, rowOf, withoutSdk, type Row } from './fault-table.js'
import { ATTEMPTS, DEADLINE_MS, measureOurs, type Measured } from './measure.js'

// A worker takes its time to run out of memory where many share the machine.
vi.setConfig({ testTimeout: 60_000 })

const FAULTS: readonly FaultCase[] = [...SOCKET_FAULTS, ...ANSWER_FAULTS]

const PAGE = new URL('../../docs/faults.md', import.meta.url)

/** What holds whatever went wrong, by the server's own count. */
function expectTruth({ result, runs, requests }: Measured, mostRuns: number): void {
  expect(runs).toBeLessThanOrEqual(mostRuns)
  expect(requests).toBeLessThanOrEqual(ATTEMPTS)
  expect(result.meta.durationMs).toBeLessThanOrEqual(DEADLINE_MS + 50)
  if (result.ok) expect(runs).toBeGreaterThan(0)
  else if (runs > 0) expect(result.error.mayHaveRun).toBe(true)
}

describe.each(FAULTS)('$name', (fault: FaultCase) => {
  it('is told by its code, kind and whether the function may have run', async () => {
    const { ordinary, idempotent } = await rowOf(fault)
    expect(answersOf(fault)).toContain(answerOf(ordinary.result))
    if (!idempotent.result.ok) expect(answersOf(fault)).toContain(answerOf(idempotent.result))
  })

  it('never runs an ordinary function twice', async () => {
    const { ordinary } = await rowOf(fault)
    expectTruth(ordinary, 1)
  })

  it('runs an idempotent function as often as there are attempts at most', async () => {
    const { idempotent } = await rowOf(fault)
    expectTruth(idempotent, ATTEMPTS)
  })
})

test.each(FAULTS.filter(({ code, refused }) => !code && !refused))(
  'a single $name costs an ordinary function no second run, and nothing at all where it did not run',
  async (fault) => {
    const measured = await measureOurs(fault, { once: true })
    expectTruth(measured, 1)
    const { verdict } = (await rowOf(fault)).ordinary.result.meta.attempts[0] ?? {}
    const isHarmless = verdict?.ran === 'no' && verdict.retry !== 'never' && verdict.kind !== 'permission'
    expect(measured.result.ok).toBe(isHarmless)
  },
)

test.each(FAULTS.filter(({ stuck }) => stuck))(
  '$name: the deadline alone answers too, on time',
  async (fault) => {
    const deadlineMs = 1_500
    const measured = await measureOurs(fault, {
      shape: (fn) => fn.timeout(false).deadline(deadlineMs),
      stepMs: deadlineMs,
    })
    expectTruth(measured, 1)
    const { result } = measured
    expect(result.meta.durationMs).toBe(deadlineMs)
    const [, , ran] = answersOf(fault)[0]?.split(', ') ?? []
    expect(answerOf(result)).toBe(`DeadlineExceeded, local, ${ran}`)
  },
)

test.each(FAULTS.filter(({ code }) => code))(
  '$name: retried function errors are still bounded',
  async (fault) => {
    const retry = { functionErrors: true }
    expectTruth(await measureOurs(fault, { shape: (fn) => fn.retry(retry) }), 1)
    expectTruth(await measureOurs(fault, { shape: (fn) => fn.retry(retry).idempotent() }), ATTEMPTS)
  },
)

describe('the page about faults', () => {
  async function pageNow(): Promise<string> {
    const rows: Row[] = []
    for (const fault of FAULTS) rows.push(await rowOf(fault))
    return faultPage(rows, SDK_VERSION)
  }

  it('says what was counted with the library', async () => {
    expect(withoutSdk(await pageNow())).toBe(withoutSdk(await readFile(PAGE, 'utf8')))
  })

  it.runIf(IS_PROJECTS_SDK)(
    'says what was counted with the SDK that the project is developed with',
    async () => {
      await expect(await pageNow()).toMatchFileSnapshot(fileURLToPath(PAGE))
    },
  )
})

import { describe, expect, it } from 'vitest'

interface Timer {
  cancel(): void
}

interface SimulationClock {
  now(): number
  setTimer(ms: number, run: () => void): Timer
  runUntil(ms: number): Promise<void>
}

interface Work {
  readonly ms: number
  readonly cold: boolean
}

interface FunctionModel {
  readonly busy: number
  recycle(ms: number): void
  invoke(answer: (how: string) => void): { abandon(): void }
}

interface Run {
  readonly scenario: string
  readonly contender: string
  readonly seed?: number
  readonly rate?: number
  readonly plan?: object
}

type Figures = Readonly<Record<string, number>>

// Plain JavaScript, which runs without a build: its types stand here.
const load = async (file: string): Promise<object> =>
  (await import(new URL(`../../bench/overload/${file}.mjs`, import.meta.url).href)) as object
const { SimulationClock, installAsGlobal } = (await load('clock')) as {
  SimulationClock: new (random: () => number) => SimulationClock
  installAsGlobal: (clock: SimulationClock) => () => void
}
const { FunctionModel, HEALTHY, meanServiceMs } = (await load('model')) as {
  FunctionModel: new (options: object) => FunctionModel
  HEALTHY: { readonly limit: number }
  meanServiceMs: (settings: object) => number
}
const { randomStream } = (await load('random')) as {
  randomStream: (seed: number, name: string) => () => number
}
const { startArrivals, Call } = (await load('clients')) as {
  startArrivals: (options: object) => void
  Call: new (options: object) => { readonly signal: AbortSignal; attempt(): Promise<void>; stop(): void }
}
const { simulate } = (await load('simulate')) as {
  simulate: (run: object) => Promise<{ readonly figures: Figures; readonly series: readonly number[][] }>
}
const { Measure } = (await load('measure')) as {
  Measure: new () => {
    begin(nowMs: number): (ok: boolean, endMs: number) => void
    figures(steady: boolean): Figures
  }
}
const { judge } = (await load('targets')) as {
  judge: (scenario: string, rows: readonly object[]) => readonly { text: string; met: boolean }[]
}

const newClock = (): SimulationClock => new SimulationClock(randomStream(1, 'policies'))

function newFunction(settings: object, warm = 0) {
  const clock = newClock()
  const works: Work[] = []
  const useful: Work[] = []
  const model = new FunctionModel({
    clock,
    random: randomStream(1, 'function'),
    settings: { ...HEALTHY, errorRate: 0, ...settings },
    warm,
    watch: {
      attempt() {},
      work: (work: Work) => works.push(work),
      heard: (work: Work) => useful.push(work),
    },
  })
  const heard: string[] = []
  const invoke = () => model.invoke((how) => heard.push(`${how} at ${Math.round(clock.now())}`))
  return { clock, model, works, useful, heard, invoke }
}

/** A small fleet: a two-hundredth of the load and of the limit, unless said otherwise. */
const small = ({ seed = 1, rate = 20, ...run }: Run) => simulate({ ...run, seed, clients: 10, rate })

describe('simulated time', () => {
  it('runs timers in the order of their times, then of being set, and not those that were cancelled', async () => {
    const clock = newClock()
    const told: string[] = []
    const tell = (name: string) => () => told.push(`${name} at ${clock.now()}`)
    clock.setTimer(20, tell('late'))
    clock.setTimer(10, tell('first'))
    clock.setTimer(10, tell('second'))
    clock.setTimer(5, tell('cancelled')).cancel()
    clock.setTimer(31, tell('too late'))
    await clock.runUntil(30)
    expect(told).toEqual(['first at 10', 'second at 10', 'late at 20'])
    expect(clock.now()).toBe(30)
  })

  it('lets everything settle that an event sets off before the next, however many promises that takes', async () => {
    const clock = newClock()
    const told: string[] = []
    for (const at of [1, 1, 1.001]) {
      clock.setTimer(at, () => {
        let settled = Promise.resolve()
        for (let i = 0; i < 500; i++) settled = settled.then(() => {})
        void settled.then(() => told.push(`settled ${clock.now()}`))
      })
      clock.setTimer(at, () => told.push('next'))
    }
    await clock.runUntil(2)
    expect(told).toEqual(['settled 1', 'next', 'settled 1', 'next', 'settled 1.001', 'next'])
  })

  it('is the time and the chance of packages that know no clock, until it is taken away', async () => {
    const clock = newClock()
    const uninstall = installAsGlobal(clock)
    const told: number[] = []
    const start = Date.now()
    setTimeout((extra: number) => told.push(performance.now(), Date.now() - start, extra), 60_000, 7)
    const interval = setInterval(() => told.push(performance.now()), 25_000)
    clearTimeout(setTimeout(() => told.push(Number.NaN), 1))
    const chance = Math.random()
    await clock.runUntil(60_000)
    clearInterval(interval)
    await clock.runUntil(100_000)
    uninstall()
    expect(told).toEqual([25_000, 50_000, 60_000, 60_000, 7])
    expect(chance).toBe(randomStream(1, 'policies')())
    expect(Date.now()).toBeGreaterThan(start + 100_000)
  })
})

describe('the model of Lambda', () => {
  it('has as many executions at once as the rate times the mean duration', async () => {
    const { clock, model } = newFunction({}, 100)
    const perSecond = 50
    startArrivals({
      clock,
      random: randomStream(1, 'arrivals'),
      clients: 1,
      functions: ['quote'],
      rate: perSecond,
      untilMs: 600_000,
      arrive: () => model.invoke(() => {}),
    })
    const seen: number[] = []
    const look = (): void => {
      seen.push(model.busy)
      clock.setTimer(50, look)
    }
    clock.setTimer(5_000, look)
    await clock.runUntil(600_000)
    const mean = seen.reduce((sum, busy) => sum + busy, 0) / seen.length
    const expected = (perSecond * meanServiceMs(HEALTHY)) / 1_000
    expect(mean / expected).toBeGreaterThan(0.97)
    expect(mean / expected).toBeLessThan(1.03)
  })

  it('throttles what is over the limit, and only that', async () => {
    const { clock, heard, works, invoke } = newFunction({ limit: 2 }, 2)
    for (let i = 0; i < 3; i++) invoke()
    await clock.runUntil(60_000)
    expect(heard.filter((how) => how.startsWith('ok'))).toHaveLength(2)
    expect(heard[0]).toBe('throttled at 5')
    invoke()
    await clock.runUntil(120_000)
    expect(heard.at(-1)).toMatch(/^ok/)
    expect(works).toHaveLength(3)
  })

  it('goes on working for nobody when an attempt is abandoned, and its place stays taken', async () => {
    const settings = { limit: 1, serviceSpread: 0, slowShare: 0 }
    const { clock, model, works, useful, heard, invoke } = newFunction(settings, 1)
    const attempt = invoke()
    await clock.runUntil(100)
    attempt.abandon()
    invoke()
    await clock.runUntil(189)
    expect(heard).toEqual(['throttled at 105'])
    expect(model.busy).toBe(1)
    await clock.runUntil(191)
    expect(model.busy).toBe(0)
    expect(works).toMatchObject([{ ms: 190 }])
    expect(useful).toEqual([])
    invoke()
    await clock.runUntil(1_000)
    expect(heard).toEqual(['throttled at 105', 'ok at 381'])
    expect(useful).toEqual([works[1]])
  })

  it('starts an environment cold where none is warm, and again when it was replaced', async () => {
    const { clock, model, works, invoke } = newFunction({ lifetimeMs: 1e12 })
    invoke()
    await clock.runUntil(10_000)
    invoke()
    await clock.runUntil(20_000)
    model.recycle(1_000)
    await clock.runUntil(21_000)
    invoke()
    await clock.runUntil(30_000)
    invoke()
    await clock.runUntil(40_000)
    expect(works.map(({ cold }) => cold)).toEqual([true, false, true, false])
  })

  it('answers with errors at its rate, without an execution', async () => {
    const { clock, heard, works, invoke } = newFunction({ errorRate: 1 })
    invoke()
    await clock.runUntil(10_000)
    expect(heard).toEqual(['error at 20'])
    expect(works).toEqual([])
  })
})

describe('the call of a peer', () => {
  function newCall() {
    const { clock, model } = newFunction({ serviceSpread: 0, slowShare: 0, slowness: 10 }, 3)
    const invoked: number[] = []
    const call = new Call({
      clock,
      name: 'quote',
      limits: { deadlineMs: 3_000, timeoutMs: 1_000 },
      invoke(answer: (how: string) => void) {
        invoked.push(clock.now())
        return model.invoke(answer)
      },
    })
    const ends: string[] = []
    const attempt = (): void =>
      void call.attempt().then(
        () => ends.push(`answered at ${clock.now()}`),
        (error: Error) => ends.push(`${error.name} at ${clock.now()}`),
      )
    return { clock, call, invoked, ends, attempt }
  }

  it('abandons an attempt when its time is over', async () => {
    const { clock, ends, attempt } = newCall()
    attempt()
    await clock.runUntil(5_000)
    expect(ends).toEqual(['TimeoutError at 1000'])
  })

  it('ends with its caller: what runs is abandoned, and nothing is begun any more', async () => {
    const { clock, call, invoked, ends, attempt } = newCall()
    const { signal } = call
    attempt()
    attempt()
    await clock.runUntil(500)
    call.stop()
    attempt()
    await clock.runUntil(5_000)
    expect(ends.toSorted()).toEqual(['AbortError at 500', 'AbortError at 500', 'AbortError at 500'])
    expect(invoked).toEqual([0, 0])
    expect(signal.aborted).toBe(true)
  })
})

describe('a run', () => {
  it('gives the same bytes for the same seed, whatever ran in between', async () => {
    const run = { scenario: 'brownout', contender: 'ours' }
    const first = JSON.stringify(await small(run))
    const other = JSON.stringify(await small({ ...run, seed: 2 }))
    await small({ scenario: 'outage', contender: 'cockatiel' })
    expect(JSON.stringify(await small(run))).toBe(first)
    expect(other).not.toBe(first)
  })

  it('has the same arrivals for all contenders of a seed', async () => {
    const contenders = ['no retry', 'p-retry', 'SDK adaptive', 'p-retry and opossum', 'ours']
    const calls: (number | undefined)[] = []
    for (const contender of contenders)
      calls.push((await small({ scenario: 'outage', contender })).figures['calls'])
    expect(new Set(calls).size).toBe(1)
    expect(calls[0]).toBeGreaterThan(300)
  })

  it('counts what Lambda saw: one attempt per call without retries, up to three with them', async () => {
    const { figures: none } = await small({ scenario: 'outage', contender: 'no retry', rate: 1_000 })
    expect(none).toMatchObject({ attempts: 1, worst: 1, during: 0, wasted: 0 })
    expect(none['before']).toBeGreaterThan(0.95)
    expect(none['after']).toBeGreaterThan(0.95)
    const { figures: three } = await small({ scenario: 'outage', contender: 'full jitter, 3 attempts' })
    expect(three['attempts']).toBeGreaterThan(2.9)
  })

  it('hears no answer after the deadline, and wastes the work of calls that were given up', async () => {
    const { figures } = await small({ scenario: 'slow', contender: 'full jitter, 3 attempts' })
    expect(figures['p999']).toBeLessThanOrEqual(3_000)
    expect(figures['wasted']).toBeGreaterThan(0.5)
  })

  it('goes on for callers who have gone only where a package is not told', async () => {
    const { figures: asItComes } = await small({ scenario: 'outage', contender: 'p-retry' })
    const { figures: stopped } = await small({ scenario: 'outage', contender: 'p-retry, with a signal' })
    expect(stopped['attempts']).toBeLessThan(2.1)
    expect(asItComes['attempts']).toBeGreaterThan(3)
  })

  it('lets settings replace those of our contender', async () => {
    const plan = { retry: false, circuitBreaker: false }
    const { figures } = await small({ scenario: 'outage', contender: 'ours', plan })
    expect(figures['attempts']).toBe(1)
  })

  it('looks at the good function alone where a bad one stands beside it', async () => {
    const { figures } = await small({ scenario: 'beside', contender: 'no retry', rate: 400 })
    expect(figures['calls']).toBeLessThan(5_000)
    expect(figures['during']).toBeGreaterThan(0.97)
  })

  it('says which scenarios and contenders there are', async () => {
    await expect(small({ scenario: 'flood', contender: 'ours' })).rejects.toThrow(
      /'flood'; there are: steady/,
    )
    await expect(small({ scenario: 'steady', contender: 'hope' })).rejects.toThrow(
      /'hope'; there are: no retry/,
    )
  })
})

describe('what a run comes to', () => {
  /** Ten calls a second, each as it is told. */
  function measured(isAnswered: (second: number) => boolean): Figures {
    const measure = new Measure()
    for (let ms = 0; ms < 60_000; ms += 100) measure.begin(ms)(isAnswered(ms / 1_000), ms + 10)
    return measure.figures(false)
  }

  it('recovery ends with the last half second that is not as before', () => {
    const outage = (untilS: number) => measured((second) => second < 20 || second >= untilS)
    expect(outage(40)).toMatchObject({ recovery: 0, during: 0, before: 1, after: 1 })
    expect(outage(43.2)).toMatchObject({ recovery: 3.5, after: 0.84 })
    expect(outage(60)).toMatchObject({ recovery: Infinity, after: 0 })
    expect(measured((second) => second !== 50)['recovery']).toBe(10.5)
  })

  it('goodput is what came during the incident', () => {
    const measure = new Measure()
    for (let ms = 0; ms < 60_000; ms += 100) measure.begin(ms)(true, ms + (ms < 39_000 ? 10 : 1_500))
    expect(measure.figures(false)).toMatchObject({ during: 1, goodput: 9.5 })
  })

  it('recovery is measured by what was usual', () => {
    expect(measured((second) => second % 1 < 0.4 || second % 1 > 0.6)['recovery']).toBe(0)
  })
})

describe('targets', () => {
  it('are left out where those they speak of did not run', () => {
    const mean = { mean: 1 }
    const figures = { attempts: mean, goodput: mean, p99: mean, recovery: mean, p999: mean, billedMs: mean }
    expect(judge('overload', [{ contender: 'ours', figures }])).toHaveLength(3)
    const beside = [{ contender: 'no retry', figures: { goodput: { mean: 1.02 } } }]
    const judged = judge('overload', [{ contender: 'ours', figures }, ...beside])
    expect(judged.find(({ text }) => text.startsWith('answers'))?.met).toBe(false)
    expect(judge('steady', [{ contender: 'ours + hedge', figures }])).toHaveLength(1)
    expect(judge('steady', [{ contender: 'ours', figures }])).toEqual([])
  })

  it('are judged on the mean, each on its own', () => {
    const figures = { during: { mean: 0.99 }, attempts: { mean: 1.43 } }
    expect(judge('brownout', [{ contender: 'ours', figures }])).toEqual([
      { contender: 'ours', text: 'ok at least 98.5 %', met: true },
      { contender: 'ours', text: 'attempts at most 1.42', met: false },
    ])
  })
})

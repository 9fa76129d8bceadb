import { InvalidSettingError, type InvokerState } from 'resilient-lambda'
import { describe, expect, it } from 'vitest'
import { failureOf, scripted } from './support.js'

type Scripted = ReturnType<typeof scripted>

/** As it comes back from wherever it was kept. */
function through<T>(state: T): T {
  return JSON.parse(JSON.stringify(state)) as T
}

function refusal(run: () => unknown): InvalidSettingError {
  try {
    run()
  } catch (error) {
    if (error instanceof InvalidSettingError) return error
    throw error
  }
  throw new Error('It was taken.')
}

/** An invoker whose function has failed seven times in a row, which opens its circuit. */
async function broken(): Promise<Scripted> {
  const scene = scripted()
  scene.clock.random = () => 0
  scene.script('quote').fails('ServiceException')
  for (let n = 0; n < 7; n++) await failureOf(scene.lambda('quote').retry(false).invoke())
  expect(scene.lambda('quote').circuit?.state).toBe('open')
  return scene
}

/** Another invoker, on a clock that began at another time; what it is given was exported this moment. */
async function next(state: InvokerState | null = null): Promise<Scripted> {
  const scene = scripted()
  await scene.clock.advance('7h')
  scene.lambda.restoreState(state, { age: 0 })
  return scene
}

describe('exportState()', () => {
  it('is plain JSON with a version, the time of day and what is worth keeping', async () => {
    const { lambda } = await broken()
    const state = lambda.exportState()
    expect(through(state)).toStrictEqual(state)
    expect(state).toEqual({
      version: 1,
      savedAt: Date.UTC(2026, 0, 1),
      cells: [
        {
          key: 'circuits quote:/',
          ageMs: 0,
          saved: {
            held: false,
            circuits: [
              {
                key: expect.stringContaining('"failureRate":0.5'),
                ageMs: 0,
                saved: {
                  openForMs: 1_200,
                  openings: 1,
                  consecutiveFailures: 7,
                  window: { tenths: [[7, 7], ...Array.from({ length: 9 }, () => [0, 0])], turnedMs: 0 },
                },
              },
            ],
          },
        },
      ],
    })
  })

  it('holds nothing of functions that are well but for their latencies', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').invoke()
    expect(lambda.exportState().cells).toEqual([
      { key: 'latency quote:/', ageMs: 0, saved: { latestMs: [0] } },
    ])
  })

  it('is the same when it was restored at once and exported again, asked for or not', async () => {
    const { lambda } = await broken()
    await failureOf(lambda('quote').invoke())
    const state = through(lambda.exportState())
    const after = await next()
    after.lambda.restoreState(state, { age: 0 })
    expect(after.lambda.exportState().cells).toEqual(state.cells)
    expect(after.lambda('quote').circuit?.state).toBe('open')
    expect(after.lambda.exportState().cells).toEqual(state.cells)
  })
})

describe('restoreState()', () => {
  it('has an open circuit refuse for the time that remains', async () => {
    const state = through((await broken()).lambda.exportState())
    const { lambda, clock, script } = await next()
    expect(lambda.restoreState(state, { age: '200ms' })).toEqual({
      restored: 1,
      inUse: 0,
      tooOld: 0,
      unreadable: 0,
    })
    script('quote').replies('well')
    const refused = await failureOf(lambda('quote').invoke())
    expect(refused).toMatchObject({ code: 'CircuitOpen', retryAfterMs: 1_000, attempts: [] })
    await clock.advance(999)
    expect((await failureOf(lambda('quote').invoke())).code).toBe('CircuitOpen')
    await clock.advance(1)
    expect(await lambda('quote').invoke()).toBe('well')
    expect(script('quote').requests).toHaveLength(1)
  })

  it('has a spent budget stay spent, and fill by the time that passed', async () => {
    const before = scripted()
    before.script('quote').fails('HostUnreachable')
    const untilSpent = { attempts: 20, baseDelay: 0, budget: 0 }
    const spending = before.lambda('quote').retry(untilSpent).circuitBreaker(false)
    expect((await before.clock.runUntil(failureOf(spending.invoke()))).attempts).toHaveLength(5)
    const state = through(before.lambda.exportState())

    const attemptsAfter = async (age: number): Promise<number> => {
      const { lambda, script, clock } = await next()
      lambda.restoreState(state, { age })
      script('quote').fails('HostUnreachable')
      const chain = lambda('quote').retry(untilSpent).circuitBreaker(false)
      return (await clock.runUntil(failureOf(chain.invoke()))).attempts.length
    }
    // Of 25 the four retries have left 10, and a fifth in a row costs all 25; a full one is as good as new.
    expect(await attemptsAfter(0)).toBe(1)
    expect(await attemptsAfter(74_999)).toBe(1)
    expect(await attemptsAfter(75_000)).toBe(5)
  })

  it('has what was opened by hand stay open', async () => {
    const before = scripted()
    before.lambda('quote').circuit?.open()
    const { lambda } = await next(through(before.lambda.exportState()))
    expect(await failureOf(lambda('quote').invoke())).toMatchObject({
      code: 'CircuitOpen',
      message: expect.stringContaining('opened by hand'),
    })
  })

  it('is done by createInvoker as well', async () => {
    const state = through((await broken()).lambda.exportState())
    const { lambda } = scripted({ state })
    expect(lambda('quote').circuit?.state).toBe('open')
    expect(scripted({ state: null }).lambda('quote').circuit?.state).toBe('closed')
  })

  it('reaches the chain of the same function, qualifier, tenant and settings, and no other', async () => {
    const { lambda } = await next(through((await broken()).lambda.exportState()))
    const others = [
      lambda('quote:live'),
      lambda('quote').tenant('a'),
      lambda('charge'),
      lambda('quote').circuitBreaker({ probes: 1 }),
    ]
    for (const other of others) expect(other.circuit?.state).toBe('closed')
    expect(lambda('quote').circuit?.state).toBe('open')
  })

  it('leaves alone what the invoker has learnt itself, open or closed', async () => {
    const open = await broken()
    const closed = scripted()
    closed.script('quote').replies(1)
    await closed.lambda('quote').retry(false).invoke()
    const state = through(open.lambda.exportState())
    expect(closed.lambda.restoreState(state)).toMatchObject({ restored: 0, inUse: 1 })
    expect(closed.lambda('quote').circuit?.state).toBe('closed')
    closed.script('quote').fails('ServiceException')
    expect(closed.lambda.exportState().cells).toEqual([])
    await failureOf(closed.lambda('quote').retry(false).invoke())
    expect(open.lambda.restoreState(through(closed.lambda.exportState()))).toMatchObject({ inUse: 1 })
    expect(open.lambda('quote').circuit?.state).toBe('open')
  })

  it('tells the age by the wall clock, and takes a clock that went back for no time at all', async () => {
    const before = await broken()
    const state = through(before.lambda.exportState())
    await before.clock.advance('1s')
    const after = scripted({ clock: before.clock })
    expect(after.lambda.restoreState(state)).toMatchObject({ restored: 1 })
    expect(after.lambda('quote').circuit?.snapshot().retryAfterMs).toBe(200)
    const earlier = scripted()
    earlier.lambda.restoreState({ ...state, savedAt: state.savedAt + 3_600_000 })
    expect(earlier.lambda('quote').circuit?.snapshot().retryAfterMs).toBe(1_200)
  })

  it('passes on for five minutes what nobody asked for', async () => {
    const state = through((await broken()).lambda.exportState())
    const { lambda, clock } = scripted()
    lambda.restoreState(state, { age: '300ms' })
    await clock.advance('300ms')
    const passedOn = lambda.exportState()
    expect(passedOn.cells).toMatchObject([{ key: 'circuits quote:/', ageMs: 600 }])
    const [third, late] = [scripted(), scripted()]
    third.lambda.restoreState(passedOn, { age: '300ms' })
    expect(third.lambda('quote').circuit?.snapshot().retryAfterMs).toBe(300)
    expect(late.lambda.restoreState(passedOn, { age: '4m' })).toMatchObject({ restored: 1 })
    expect(scripted().lambda.restoreState(passedOn, { age: '299.5s' })).toMatchObject({
      restored: 0,
      tooOld: 1,
    })
  })

  it('says why it took nothing: no state, too old, or of another version', () => {
    const { lambda } = scripted()
    const none = { restored: 0, inUse: 0, tooOld: 0, unreadable: 0 }
    expect(lambda.restoreState(null)).toEqual({ ...none, ignored: 'there is no state' })
    const state = { version: 1, savedAt: 0, cells: [] }
    expect(lambda.restoreState(state, { age: '6m' })).toEqual({
      ...none,
      ignored: 'the state is 6 m old, and may be 5 m old',
    })
    expect(lambda.restoreState(state, { age: '6m', maxAge: '7m' })).toEqual(none)
    expect(lambda.restoreState(JSON.parse('{ "version": 2, "rooms": {} }') as InvokerState)).toEqual({
      ...none,
      ignored: 'the state is of version 2, and 1 is known here',
    })
  })

  it.each<[string, unknown, string]>([
    [
      'a text',
      '{"version":1}',
      `state must be what exportState() returned, or null, but was '{"version":1}'.`,
    ],
    [
      'a promise',
      Promise.resolve({}),
      'state must be what exportState() returned, or null, but was a promise.',
    ],
    ['a list', [1], 'state must be what exportState() returned, or null, but was a list.'],
    [
      'something else',
      { open: true },
      'state must be what exportState() returned, or null, but was an object with open.',
    ],
    [
      'a version in words',
      { version: '1' },
      'state must be what exportState() returned, or null, but was an object with version.',
    ],
    [
      'an inherited version',
      Object.create({ version: 1 }),
      'state must be what exportState() returned, or null, but was an object with no keys.',
    ],
    ['no time', { version: 1, cells: [] }, 'state.savedAt must be a number, but was undefined.'],
    [
      'no list',
      { version: 1, savedAt: 1, cells: {} },
      'state.cells must be a list, but was an object with no keys.',
    ],
  ])('refuses %s', (_, given, message) => {
    const { lambda } = scripted()
    expect(refusal(() => lambda.restoreState(given as InvokerState)).message).toBe(message)
    expect(refusal(() => scripted({ state: given as InvokerState })).message).toBe(`options.${message}`)
  })

  it('refuses an option that it does not know, or that is no duration', () => {
    const { lambda } = scripted()
    const given = { maxage: '1m' } as object
    expect(refusal(() => lambda.restoreState(null, given)).message).toBe(
      "options has no setting 'maxage'. It takes: age, maxAge.",
    )
    expect(refusal(() => lambda.restoreState(null, { age: -1 })).path).toBe('options.age')
  })

  it('leaves out what cannot be read, and what is more than 10,000 pieces', () => {
    const { lambda } = scripted()
    const good = { key: 'circuits quote:/', ageMs: 0, saved: { held: true } }
    const bad = [null, 7, 'x', {}, { key: 7, ageMs: 0 }, { key: 'k', ageMs: -1 }, { key: 'k', ageMs: '0' }]
    const read = (cells: unknown): unknown =>
      lambda.restoreState({ version: 1, savedAt: 0, cells } as InvokerState, { age: 0 })
    expect(read([...bad, good])).toEqual({ restored: 1, inUse: 0, tooOld: 0, unreadable: bad.length })
    expect(lambda('quote').circuit?.state).toBe('open')
    const many = Array.from({ length: 10_007 }, (_, n) => ({ key: `k${n}`, ageMs: 0, saved: {} }))
    expect(read(many)).toMatchObject({ restored: 10_000, unreadable: 7 })
  })

  it('has no say in how long a circuit may be open, nor in what any object is', async () => {
    const state = through((await broken()).lambda.exportState())
    const text = JSON.stringify(state)
      .replace('"openForMs":1200', '"openForMs":1e300')
      .replace('"held":false', '"held":false,"__proto__":{"held":true,"polluted":1}')
    const { lambda } = scripted()
    lambda.restoreState(JSON.parse(text) as InvokerState, { age: 0 })
    expect(lambda('quote').circuit?.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_200 })
    expect('polluted' in {}).toBe(false)
  })
})

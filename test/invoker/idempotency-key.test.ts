import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Fn, IdempotencyKeyOptions } from 'resilient-lambda'
import { failureOf, scripted } from './support.js'

const IN_PAYLOAD: IdempotencyKeyOptions = { as: { payload: 'key' } }

function keyed(options: IdempotencyKeyOptions, key: string | ((payload: unknown) => string) = 'k-1') {
  const { lambda, script, clock } = scripted()
  script('charge').replies(1)
  const charge = lambda('charge').idempotencyKey(key, options)
  return { lambda, script: script('charge'), clock, charge }
}

/** Everything in it refuses to be changed. */
function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner)
  return Object.freeze(value)
}

describe('where the key goes', () => {
  it('is a place in the payload', async () => {
    const { charge, script } = keyed({ as: { payload: 'key' } })
    await charge.invoke({ order: 'A-17' })
    expect(script.requests[0]?.payload).toEqual({ order: 'A-17', key: 'k-1' })
    expect(script.requests[0]).toMatchObject({ clientContext: undefined })
    expect(script.requests[0]).not.toHaveProperty('durableExecutionName')
  })

  it.each([
    [undefined, { meta: { 'request-key': 'k-1' } }],
    [{}, { meta: { 'request-key': 'k-1' } }],
    [
      { cents: 7, meta: { by: 'ann' } },
      { cents: 7, meta: { by: 'ann', 'request-key': 'k-1' } },
    ],
    [{ meta: { 'request-key': 'k-1' } }, { meta: { 'request-key': 'k-1' } }],
    [{ meta: { 'request-key': undefined } }, { meta: { 'request-key': 'k-1' } }],
    [{ meta: undefined }, { meta: { 'request-key': 'k-1' } }],
  ])('makes the objects that are missing on the way: %j', async (payload, sent) => {
    const { charge, script } = keyed({ as: { payload: 'meta.request-key' } })
    await charge.invoke(payload)
    expect(script.requests[0]?.payload).toEqual(sent)
  })

  it("leaves the caller's own payload as it is", async () => {
    const { charge, script } = keyed({ as: { payload: 'meta.key' } })
    const payload = frozen({ order: 'A-17', meta: { by: 'ann' } })
    await charge.invoke(payload)
    expect(payload).toEqual({ order: 'A-17', meta: { by: 'ann' } })
    expect(script.requests[0]?.payload).toEqual({ order: 'A-17', meta: { by: 'ann', key: 'k-1' } })
  })

  it.each([
    [{ meta: { key: 'another' } }, 'payload.meta.key has another value already'],
    [{ meta: { key: null } }, 'payload.meta.key has another value already'],
    [{ meta: 'text' }, 'payload.meta is no plain object'],
    [{ meta: null }, 'payload.meta is no plain object'],
    [{ meta: [] }, 'payload.meta is no plain object'],
    [{ meta: new Date(0) }, 'payload.meta is no plain object'],
    [{ meta: { toJSON: () => 1 } }, 'payload.meta is no plain object'],
    ['text', 'payload is no plain object'],
    [null, 'payload is no plain object'],
  ])('is refused by a payload that has no room for it: %j', async (payload, why) => {
    const { charge, script } = keyed({ as: { payload: 'meta.key' } })
    const error = await failureOf(charge.invoke(payload))
    expect(error).toMatchObject({ code: 'IdempotencyKeyRefused', kind: 'request', mayHaveRun: false })
    expect(error.message).toContain(`the idempotency key cannot stand at payload.meta.key: ${why}`)
    expect(script.requests).toEqual([])
  })

  it('may have any name on the way', async () => {
    const { charge, script } = keyed({ as: { payload: '__proto__.constructor' } })
    await charge.invoke({})
    expect(Buffer.from(script.requests[0]?.body ?? []).toString()).toBe('{"__proto__":{"constructor":"k-1"}}')
  })

  it.each([
    ['clientContext', 'idempotencyKey'],
    [{ clientContext: 'order' }, 'order'],
  ] as const)("is the client context's custom part, beside what the user put there: %j", async (as, name) => {
    const { charge, script } = keyed({ as })
    await charge.clientContext({ client: { id: 7 }, custom: { tier: 'gold' } }).invoke({ a: 1 })
    await charge.invoke({ a: 1 })
    expect(script.requests).toMatchObject([
      { payload: { a: 1 }, clientContext: { client: { id: 7 }, custom: { tier: 'gold', [name]: 'k-1' } } },
      { payload: { a: 1 }, clientContext: { custom: { [name]: 'k-1' } } },
    ])
  })

  it.each([[{ custom: { idempotencyKey: 'another' } }], [{ custom: 'text' }], [{ custom: [] }]])(
    'is refused by a client context that has something else there: %j',
    async (context) => {
      const { charge, script } = keyed({ as: 'clientContext' })
      const error = await failureOf(charge.clientContext(context).invoke({}))
      expect(error).toMatchObject({ code: 'IdempotencyKeyRefused', mayHaveRun: false })
      expect(error.message).toContain('cannot stand at clientContext.custom.idempotencyKey')
      expect(script.requests).toEqual([])
    },
  )

  it('may stand in the client context already', async () => {
    const { charge, script } = keyed({ as: 'clientContext' })
    await charge.clientContext({ custom: { idempotencyKey: 'k-1' } }).invoke({})
    expect(script.requests[0]?.clientContext).toEqual({ custom: { idempotencyKey: 'k-1' } })
  })

  it('is never left out for want of room', async () => {
    const { charge, script } = keyed({ as: 'clientContext' }, 'k'.repeat(100))
    const error = await failureOf(charge.clientContext({ custom: { a: 'x'.repeat(2_600) } }).invoke({}))
    expect(error).toMatchObject({ code: 'ClientContextTooLarge', mayHaveRun: false })
    expect(script.requests).toEqual([])
  })

  it('is the name of the durable execution', async () => {
    const { charge, script } = keyed({ as: 'durableExecutionName' })
    await charge.invoke({ order: 'A-17' })
    expect(script.requests).toMatchObject([{ durableExecutionName: 'k-1', payload: { order: 'A-17' } }])
  })
})

describe('the key of a call', () => {
  it.each([{ payload: 'key' }, 'clientContext', 'durableExecutionName'] as const)(
    'is made once, and is the same on every attempt: as %j',
    async (as) => {
      const { lambda, script, clock } = scripted()
      script('charge').fails('ConnectionReset').fails('ResponseCut').replies(1)
      let made = 0
      const charge = lambda('charge').idempotencyKey(() => `k-${++made}`, { as })
      await clock.runUntil(charge.invoke({ order: 'A-17' }))
      const [first, ...others] = script('charge').requests
      expect(others).toEqual([first, first])
      expect(`${JSON.stringify(first)} ${Buffer.from(first?.body ?? []).toString()}`).toContain('"k-1"')
      await clock.runUntil(charge.invoke({ order: 'A-17' }))
      expect(made).toBe(2)
    },
  )

  it('is made of the payload that the caller gave, after the schema has taken it, and put in after that', async () => {
    const { lambda, script } = scripted()
    script('charge').replies(1)
    const Order = z.strictObject({ order: z.string().transform((order) => order.toLowerCase()) })
    const seen: unknown[] = []
    const charge = lambda('charge')
      .input(Order)
      .idempotencyKey((payload) => {
        seen.push(payload)
        return payload.order
      }, IN_PAYLOAD)
    await charge.invoke({ order: 'A-17' })
    expect(script('charge').requests[0]?.payload).toEqual({ order: 'a-17', key: 'A-17' })
    expect(seen).toEqual([{ order: 'A-17' }])
    expect(await failureOf(charge.invoke({} as never))).toMatchObject({ code: 'InputInvalid' })
    expect(seen).toHaveLength(1)
  })

  it('reaches a codec of the user', async () => {
    const encoded: unknown[] = []
    const { charge } = keyed(IN_PAYLOAD)
    const encode = (value: unknown): string => {
      encoded.push(value)
      return '{}'
    }
    await charge.codec({ encode, decode: String }).invoke({ order: 'A-17' })
    expect(encoded).toEqual([{ order: 'A-17', key: 'k-1' }])
  })

  it.each([
    [
      'an empty text',
      () => '',
      'must be a function that returns a text that is not empty, but was an empty text',
    ],
    [
      'nothing',
      () => undefined,
      'must be a function that returns a text that is not empty, but was undefined',
    ],
    [
      'a promise',
      async () => 'k',
      'must be a function that returns a text that is not empty, but was a promise',
    ],
  ])(
    'must be a text; a function that returns %s is a mistake, and nothing is sent',
    async (_, key, words) => {
      const { charge, script } = keyed(IN_PAYLOAD, key as never)
      await expect(charge.safeInvoke({})).rejects.toThrow(
        expect.objectContaining({ name: 'InvalidSettingError', message: expect.stringContaining(words) }),
      )
      expect(script.requests).toEqual([])
    },
  )

  it('must be one that Lambda takes as a name', async () => {
    const { charge, script } = keyed({ as: 'durableExecutionName' }, () => 'order A-17')
    await expect(charge.invoke({})).rejects.toThrow(
      'idempotencyKey must be a function that returns 1 to 64 letters, digits, - and _, but was a text of length 10.',
    )
    expect(script.requests).toEqual([])
  })

  it("lets out what the user's function throws", async () => {
    const { charge, script } = keyed(IN_PAYLOAD, () => {
      throw new RangeError('no order')
    })
    await expect(charge.safeInvoke({})).rejects.toThrow(new RangeError('no order'))
    expect(script.requests).toEqual([])
  })
})

describe('idempotencyKey()', () => {
  it.each([
    [undefined, 'idempotencyKey.as must be where the function reads the key'],
    [{}, 'idempotencyKey.as must be where the function reads the key'],
    [{ as: {} }, 'idempotencyKey.as must be where the function reads the key'],
    [
      { as: { payload: 'a', clientContext: 'b' } },
      'idempotencyKey.as must be where the function reads the key',
    ],
    [
      { as: 'header' },
      "idempotencyKey.as must be one of 'durableExecutionName', 'clientContext', or an object",
    ],
    [{ as: { payload: 'a..b' } }, 'idempotencyKey.as.payload must be a path of names with dots between'],
    [{ as: { payload: 'a[0]' } }, 'idempotencyKey.as.payload must be a path'],
    [{ as: { clientContext: '' } }, 'idempotencyKey.as.clientContext must be a text'],
    [{ at: 'payload' }, "idempotencyKey has no setting 'at'"],
  ])('refuses a place that it does not know: %j', (options, words) => {
    const { lambda } = scripted()
    expect(() => lambda('a').idempotencyKey('k', options as never)).toThrow(words)
  })

  it.each([
    ['', 'clientContext', 'a text that is not empty, but was an empty text.'],
    [7, 'clientContext', 'a text that is not empty, but was a number.'],
    [null, 'clientContext', 'a text that is not empty, but was null.'],
    [{ ssn: '123' }, 'clientContext', 'a text that is not empty, but was an object with ssn.'],
    ['a b', 'durableExecutionName', '1 to 64 letters, digits, - and _, but was a text of length 3.'],
    ['x'.repeat(65), 'durableExecutionName', 'digits, - and _, but was a text of length 65.'],
  ] as const)('refuses a key that is none: %j as %s', (key, as, words) => {
    expect(() =>
      scripted()
        .lambda('a')
        .idempotencyKey(key as never, { as }),
    ).toThrow(words)
  })

  it('makes the call idempotent, and says by what', () => {
    const { charge } = keyed({ as: { payload: 'meta.key' } })
    expect(charge.explain()).toMatch(/^charge, idempotent by key\n/)
    expect(charge.explain()).toMatch(/retry .*\n.* repeats what may have run/)
    expect(charge.explain()).toContain('idempotency key as payload.meta.key')
    expect(String(charge)).toBe('Lambda function charge (idempotent by key)')
    expect(charge.toJSON()).toMatchObject({ idempotent: true })
    expect(charge.toJSON().steps.at(-1)?.settings).toMatchObject({
      idempotencyKey: { as: { payload: 'meta.key' } },
    })
    expect(JSON.stringify(charge)).not.toContain('k-1')
    expect(keyed({ as: 'durableExecutionName' }).charge.explain()).toContain(
      'idempotency key as the durable execution name',
    )
    expect(keyed({ as: 'clientContext' }).charge.explain()).toContain(
      'idempotency key as clientContext.custom.idempotencyKey',
    )
  })

  it.each<[string, (chain: Fn<unknown, unknown>) => Fn<unknown, unknown>, number]>([
    ['repeats what may have run', (chain) => chain, 4],
    [
      'does not once that is taken back, though the key still goes along',
      (chain) => chain.idempotent(false),
      1,
    ],
  ])('%s', async (_, change, requests) => {
    const { lambda, script, clock } = scripted()
    script('charge').fails('ConnectionReset')
    const charge = change(lambda('charge').idempotencyKey('k-1', IN_PAYLOAD))
    expect(await clock.runUntil(charge.safeInvoke({}))).toMatchObject({
      ok: false,
      error: { mayHaveRun: true },
    })
    expect(script('charge').requests).toHaveLength(requests)
    for (const { payload } of script('charge').requests) expect(payload).toEqual({ key: 'k-1' })
  })

  it('says nothing of another function: what may have run is not run again elsewhere', async () => {
    const { lambda, script, clock } = scripted()
    script('charge').fails('ConnectionReset')
    script('spare').replies('spare')
    const charge = lambda('charge').idempotencyKey('k-1', IN_PAYLOAD).fallback(lambda('spare'))
    expect(await clock.runUntil(charge.safeInvoke({}))).toMatchObject({ ok: false })
    expect(script('spare').requests).toEqual([])
    expect(await clock.runUntil(charge.idempotent().invoke({}))).toBe('spare')
    const first = lambda('charge').idempotent().idempotencyKey('k-1', IN_PAYLOAD).fallback(lambda('spare'))
    expect(await clock.runUntil(first.invoke({}))).toBe('spare')
  })

  it('lets another function answer for what has not run', async () => {
    const { lambda, script, clock } = scripted()
    script('charge').fails('ConnectionRefused')
    script('spare').replies('spare')
    const charge = lambda('charge').idempotencyKey('k-1', IN_PAYLOAD).fallback(lambda('spare'))
    expect(await clock.runUntil(charge.invoke({}))).toBe('spare')
  })
})

import { describe, expect, it } from 'vitest'
import type { StandardSchema } from 'resilient-lambda'
import { z } from 'zod'
import { failureOf, scripted } from './support.js'

const Order = z.object({ id: z.string(), lines: z.array(z.object({ sku: z.string() })).default([]) })

describe('input()', () => {
  it('sends what the schema makes of the payload', async () => {
    const { lambda, script } = scripted()
    script('orders').replies(1)
    await lambda('orders').input(Order).invoke({ id: '42' })
    expect(script('orders').requests).toMatchObject([{ payload: { id: '42', lines: [] } }])
  })

  it('sends nothing that the schema refuses, and says what and where', async () => {
    const { lambda, script, events } = scripted()
    script('orders').replies(1)
    const error = await failureOf(
      lambda('orders')
        .input(Order)
        .invoke({ id: 42, lines: [{ sku: 'A1' }, {}] } as never),
    )
    expect(error).toMatchObject({ code: 'InputInvalid', kind: 'request', mayHaveRun: false, attempts: [] })
    expect(error.issues).toEqual([
      { path: 'id', message: expect.stringContaining('expected string') as string },
      { path: 'lines.1.sku', message: expect.stringContaining('expected string') as string },
    ])
    expect(error.message).toMatch(/the payload does not match its schema: id: .*; lines\.1\.sku: /)
    expect(script('orders').requests).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['call.started', 'call.ended'])
  })

  it('names the first three issues in its message, and counts the others', async () => {
    const { lambda } = scripted()
    const Many = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.string(), e: z.string() })
    const error = await failureOf(
      lambda('orders')
        .input(Many)
        .invoke({} as never),
    )
    expect(error.message).toMatch(/a: [^;]*; b: [^;]*; c: [^;]*; and 2 more/)
    expect(error.issues).toHaveLength(5)
  })

  it('has no path for an issue of the whole value', async () => {
    const error = await failureOf(
      scripted()
        .lambda('orders')
        .input(z.string())
        .invoke(7 as never),
    )
    expect(error.issues).toEqual([{ message: expect.stringContaining('expected string') as string }])
  })

  it('waits for a schema that is asynchronous', async () => {
    const { lambda, script } = scripted()
    script('orders').replies(1)
    const known = z.string().refine((id) => Promise.resolve(id === '42'), 'unknown order')
    const orders = lambda('orders').input(known)
    expect((await failureOf(orders.invoke('7'))).issues).toEqual([{ message: 'unknown order' }])
    expect(await orders.invoke('42')).toBe(1)
  })

  it('checks once for all attempts', async () => {
    const { lambda, script, clock } = scripted()
    script('orders').fails('HostUnreachable').replies(1)
    let checks = 0
    const counting = z.unknown().refine(() => (checks += 1) > 0)
    await clock.runUntil(lambda('orders').input(counting).invoke({}))
    expect(script('orders').requests).toHaveLength(2)
    expect(checks).toBe(1)
  })

  it('is within the deadline, and sends nothing when it comes to an end after it', async () => {
    const { lambda, script, clock, events } = scripted()
    script('orders').replies(1)
    const answers: ((result: { value: unknown }) => void)[] = []
    const slow = schemaOf(() => new Promise((resolve) => answers.push(resolve)))
    const error = await clock.runUntil(failureOf(lambda('orders').deadline('1s').input(slow).invoke({})))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: false })
    answers[0]?.({ value: {} })
    await clock.advance('1s')
    expect(script('orders').requests).toEqual([])
    expect(events.map(({ type }) => type)).not.toContain('attempt.started')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('the schema is broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the schema is broken'))],
  ])('sends nothing when the schema itself %s', async (_, validate) => {
    const { lambda, script } = scripted()
    script('orders').replies(1)
    const error = await failureOf(lambda('orders').input(schemaOf(validate)).invoke({}))
    expect(error).toMatchObject({ code: 'InputInvalid', mayHaveRun: false })
    expect(error.message).toContain('the schema is broken')
    expect(error.cause).toMatchObject({ message: 'the schema is broken' })
    expect(script('orders').requests).toEqual([])
  })
})

describe('output()', () => {
  const Receipt = z.object({ total: z.number(), at: z.string().transform((at) => new Date(at)) })

  it('answers with what the schema makes of the reply', async () => {
    const { lambda, script } = scripted()
    script('orders').replies({ total: 1, at: '2026-01-01T00:00:00Z', extra: true })
    const receipt = await lambda('orders').output(Receipt).invoke()
    expect(receipt).toEqual({ total: 1, at: new Date('2026-01-01T00:00:00Z') })
  })

  it('is an error of its own kind when the reply does not match: the function has run', async () => {
    const { lambda, script, clock } = scripted()
    script('orders').replies({ total: 'one' })
    const error = await clock.runUntil(failureOf(lambda('orders').idempotent().output(Receipt).invoke()))
    expect(error).toMatchObject({ code: 'ReplyInvalid', kind: 'response', mayHaveRun: true })
    expect(error.issues?.map(({ path }) => path)).toEqual(['total', 'at'])
    expect(error.message).toMatch(/the reply does not match its schema: total: /)
    expect(script('orders').requests).toHaveLength(1)
  })

  it('checks an empty reply too', async () => {
    const { lambda, script } = scripted()
    script('orders').replies()
    expect((await failureOf(lambda('orders').output(Receipt).invoke())).code).toBe('ReplyInvalid')
    expect(await lambda('orders').output(z.undefined()).invoke()).toBeUndefined()
  })

  it('waits for a schema that is asynchronous', async () => {
    const { lambda, script } = scripted()
    script('orders').replies(7)
    const orders = lambda('orders').output(z.number().transform((total) => Promise.resolve(total * 2)))
    expect(await orders.invoke()).toBe(14)
  })

  it.each([true, false])('is within the deadline (%s: with the defaults)', async (defaults) => {
    const { lambda, script, clock } = scripted()
    script('orders').replies(1)
    const orders = lambda('orders').deadline('2s').timeout('1s')
    const chain = defaults ? orders : orders.retry(false).adaptive(false).circuitBreaker(false)
    const never = schemaOf(() => new Promise(() => {}))
    const error = await clock.runUntil(failureOf(chain.output(never).invoke({})))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: true, elapsedMs: 2_000 })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('the schema is broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the schema is broken'))],
  ])('says that the function has run when the schema itself %s', async (_, validate) => {
    const { lambda, script } = scripted()
    script('orders').replies(1)
    const error = await failureOf(lambda('orders').output(schemaOf(validate)).invoke({}))
    expect(error).toMatchObject({ code: 'ReplyInvalid', mayHaveRun: true, attempts: [{ number: 1 }] })
    expect(error.cause).toMatchObject({ message: 'the schema is broken' })
  })
})

it('takes any Standard Schema, with paths of keys or of objects with a key', async () => {
  const { lambda } = scripted()
  const issues = [
    { message: 'is odd', path: ['lines', { key: 0 }, { key: 'sku' }] },
    { message: 'is bad', path: [] },
  ]
  const error = await failureOf(
    lambda('orders')
      .input(schemaOf(() => ({ issues })))
      .invoke({}),
  )
  expect(error.issues).toEqual([{ message: 'is odd', path: 'lines.0.sku' }, { message: 'is bad' }])
})

it('takes a schema that is a function, as those of arktype are', async () => {
  const { lambda, script } = scripted()
  script('orders').replies(1)
  const callable = Object.assign(
    () => {},
    schemaOf((value) => ({ value: [value] })),
  )
  await lambda('orders').input(callable).invoke(7)
  expect(script('orders').requests).toMatchObject([{ payload: [7] }])
})

function schemaOf(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

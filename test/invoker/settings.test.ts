import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createInvoker, InvalidSettingError, type InvokerOptions, type Settings } from 'resilient-lambda'
import { scripted } from './support.js'

const lambda = scripted().lambda

/** As it comes from a file: no compiler has seen it. */
function fromFile(text: string): InvokerOptions {
  return JSON.parse(text) as InvokerOptions
}

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof InvalidSettingError) return error.message
    throw error
  }
  throw new Error('Nothing was refused.')
}

describe('settings from a file', () => {
  it('are taken for all functions and for one', async () => {
    const { lambda, script } = scripted(
      fromFile(`{
        "defaults": { "deadline": "5s", "retry": { "attempts": 2 }, "logs": true },
        "functions": { "quote": { "name": "prod-quote", "qualifier": "live", "retry": { "baseDelay": 20 }, "fallback": { "value": 0 } } }
      }`),
    )
    script('prod-quote').replies(7)
    expect(await lambda('quote').invoke()).toBe(7)
    expect(script('prod-quote').requests).toMatchObject([{ qualifier: 'live', logTail: true }])
    expect(lambda('quote').explain()).toMatch(/deadline +5 s for the whole call/)
    expect(lambda('quote').explain()).toMatch(/retry +2 attempts; waits full, 20 ms to 5 s/)
    expect(lambda('other').explain()).toMatch(/retry +2 attempts; waits full, 50 ms to 5 s/)
  })

  it('may switch off what the defaults have on', () => {
    const off = createInvoker(
      fromFile('{ "defaults": { "retry": false }, "functions": { "quote": { "retry": {} } } }'),
    )
    expect(off('other').explain()).toMatch(/retry +off/)
    expect(off('quote').explain()).toMatch(/retry +4 attempts/)
  })

  it.each([
    ['{ "default": {} }', "options has no setting 'default'. It takes: client, region,"],
    [
      '{ "defaults": { "retries": 3 } }',
      "defaults has no setting 'retries'. It takes: deadline, timeout, retry,",
    ],
    ['{ "defaults": { "retry": { "atempts": 3 } } }', "defaults.retry has no setting 'atempts'. It takes:"],
    ['{ "defaults": { "name": "quote" } }', "defaults has no setting 'name'."],
    ['{ "defaults": { "__proto__": {} } }', "defaults has no setting '__proto__'."],
    ['{ "functions": { "quote": { "constructor": 1 } } }', "functions.quote has no setting 'constructor'."],
    [
      '{ "functions": { "quote": { "retry": { "attempts": 0 } } } }',
      'functions.quote.retry.attempts must be a whole number from 1 to 20, but was 0.',
    ],
    [
      '{ "functions": { "quote": { "retry": { "throttle": { "baseDelay": "1 sec" } } } } }',
      "functions.quote.retry.throttle.baseDelay must be a duration: milliseconds, or a text such as '250ms', '2s', '1.5m', but was '1 sec'.",
    ],
    ['{ "defaults": null }', 'defaults must be an object with any of: deadline, timeout, retry'],
    ['{ "defaults": [] }', 'defaults must be an object'],
    ['{ "functions": null }', 'options.functions must be an object, but was null.'],
    ['{ "functions": [] }', 'options.functions must be an object, but was a list.'],
    ['{ "functions": { "quote": null } }', 'functions.quote must be an object'],
    ['{ "functions": { "quote": false } }', 'functions.quote must be an object'],
    [
      '{ "functions": { "no name": {} } }',
      "functions['no name'] must be a function's name ('quote'), a name with a qualifier",
    ],
    [
      '{ "functions": { "get-quote": { "retry": { "attempts": 0 } } } }',
      "functions['get-quote'].retry.attempts must be",
    ],
    ['{ "functions": { "quote": { "name": "a b" } } }', 'functions.quote.name must be'],
    ['{ "functions": { "quote": { "qualifier": 7 } } }', 'functions.quote.qualifier must be'],
    ['{ "functions": { "quote": { "tenant": "" } } }', 'functions.quote.tenant must be'],
    [
      '{ "bulkhead": { "queue": -1 } }',
      'options.bulkhead.queue must be a whole number of at least 0, but was -1.',
    ],
    ['{ "region": "" }', 'options.region must be'],
    ['{ "region": 7 }', 'options.region must be'],
    [
      '{ "endpoint": "localhost:4566" }',
      "options.endpoint must be an address such as 'http://localhost:4566'",
    ],
    ['{ "endpoint": "nowhere" }', 'options.endpoint must be an address'],
    ['{ "endpoint": 4566 }', 'but was 4566.'],
    [
      '{ "credentials": "AKIA" }',
      'options.credentials must be an object with accessKeyId and secretAccessKey, or a function that provides one, but was a text.',
    ],
    ['{ "credentials": 7 }', 'but was a number.'],
    ['{ "credentials": null }', 'but was null.'],
    ['{ "credentials": { "key": "AKIA" } }', 'but was an object with key.'],
    ['{ "client": {} }', 'options.client must be a LambdaClient'],
    ['{ "observers": {} }', 'options.observers must be a list, but was'],
    ['{ "observers": ["log"] }', 'observers[0] must be a function of an event'],
    [
      '{ "transport": "fast" }',
      "options.transport must be one of 'sdk', 'lean', or a function, but was 'fast'.",
    ],
    ['{ "clock": 7 }', 'options.clock must be'],
  ])('are refused by name: %s', (text, message) => {
    expect(refusal(() => createInvoker(fromFile(text)))).toContain(message)
  })

  it.each([
    ['{ "deadline": 0 }', 'defaults.deadline must be a duration of at least 1 ms'],
    ['{ "deadline": true }', 'false to switch it off, but was true.'],
    ['{ "timeout": "soon" }', "but was 'soon'."],
    ['{ "retry": true }', 'false to switch it off, but was true.'],
    ['{ "circuitBreaker": 1 }', 'false to switch it off, but was 1.'],
    [
      '{ "circuitBreaker": { "failureRate": 50 } }',
      'defaults.circuitBreaker.failureRate must be a number from 0.01 to 1',
    ],
    ['{ "bulkhead": "none" }', "false to switch it off, but was 'none'."],
    ['{ "fallback": 0 }', 'defaults.fallback must be false or an object with a value, but was 0.'],
    [
      '{ "fallback": { "kinds": ["throttle"] } }',
      'defaults.fallback must be false or an object with a value',
    ],
    [
      '{ "fallback": { "value": 0, "kinds": ["trottle"] } }',
      "defaults.fallback.kinds[0] must be one of 'throttle'",
    ],
    ['{ "idempotent": "yes" }', "defaults.idempotent must be true or false, but was 'yes'."],
    ['{ "logs": 1 }', 'defaults.logs must be true or false, but was 1.'],
    ['{ "clientContext": "a" }', "defaults.clientContext must be an object, but was 'a'."],
    [
      '{ "retry": { "budget": { "capacity": 10 } } }',
      'defaults.retry.budget must be a number from 0 to 10, or false to switch it off',
    ],
    ['{ "retry": { "backoff": "fibonacci" } }', "defaults.retry.backoff must be one of 'full'"],
    ['{ "retry": { "functionErrors": [7] } }', 'defaults.retry.functionErrors[0] must be'],
  ])('are refused by value: %s', (text, message) => {
    const defaults = JSON.parse(text) as Settings
    expect(refusal(() => createInvoker({ defaults }))).toContain(message)
  })

  it('are read when the invoker is made, also for functions that are never called', () => {
    const functions = { never: { deadline: '2 seconds' } } as unknown as NonNullable<
      InvokerOptions['functions']
    >
    expect(refusal(() => createInvoker({ functions }))).toContain('functions.never.deadline')
  })

  it('may be left undefined', () => {
    const settings = { deadline: undefined, retry: { attempts: undefined } } as unknown as Settings
    expect(createInvoker({ defaults: settings })('quote').explain()).toBe(createInvoker()('quote').explain())
  })
})

describe('options that no file can hold', () => {
  it('have an address as a text', () => {
    const endpoint = new URL('http://localhost:4566') as never
    expect(refusal(() => createInvoker({ endpoint }))).toBe(
      "options.endpoint must be an address such as 'http://localhost:4566', but was a URL: pass url.href.",
    )
  })

  it('never have the credentials in their error', () => {
    expect.assertions(1)
    try {
      createInvoker({ credentials: 'AKIA-SECRET' as never })
    } catch (error) {
      expect(inspect(error, { showHidden: true })).not.toContain('SECRET')
    }
  })

  it('have a client of Lambda', () => {
    const clientOf = (config: object): never => ({ send: () => Promise.resolve(), config }) as never
    expect(refusal(() => createInvoker({ client: clientOf({ serviceId: 'S3' }) }))).toBe(
      'options.client must be a LambdaClient, or a function that has one for each region, but was a client of S3.',
    )
    for (const config of [{ serviceId: 'Lambda' }, {}, undefined as never]) {
      expect(() => createInvoker({ client: clientOf(config) })).not.toThrow()
    }
  })
})

describe('a method', () => {
  it.each<[string, () => unknown, string]>([
    ['deadline', () => lambda('a').deadline(-1), 'deadline must be a duration of at least 1 ms'],
    [
      'reserve',
      () => lambda('a').deadline({ getRemainingTimeInMillis: () => 1 }, { reserve: -1 }),
      'deadline.reserve must',
    ],
    ['timeout', () => lambda('a').timeout(0), 'timeout must be a duration of at least 1 ms'],
    [
      'retry',
      () => lambda('a').retry({ attempts: 21 }),
      'retry.attempts must be a whole number from 1 to 20, but was 21.',
    ],
    ['circuitBreaker', () => lambda('a').circuitBreaker({ probes: 0 }), 'circuitBreaker.probes must'],
    [
      'slowCalls',
      () => lambda('a').circuitBreaker({ slowCalls: {} as never }),
      'circuitBreaker.slowCalls.duration must be given',
    ],
    ['bulkhead', () => lambda('a').bulkhead({ concurrency: 0 }), 'bulkhead.concurrency must'],
    ['fallback', () => lambda('a').fallback(1, { limit: 0 }), 'fallback.limit must'],
    [
      'idempotent',
      () => lambda('a').idempotent('no' as never),
      "idempotent must be true or false, but was 'no'.",
    ],
    ['logs', () => lambda('a').logs(null as never), 'logs must be true or false, but was null.'],
    [
      'clientContext',
      () => lambda('a').clientContext([] as never),
      'clientContext must be an object, but was a list.',
    ],
    ['clientContext', () => lambda('a').clientContext({ id: 1n }), 'clientContext must be'],
    [
      'codec',
      () => lambda('a').codec({ encode: String } as never),
      'codec.decode must be a function, but was undefined.',
    ],
    ['codec', () => lambda('a').codec(undefined as never), 'codec.encode must be a function'],
    ['input', () => lambda('a').input({} as never), 'input must be a Standard Schema, such as one of zod'],
    ['output', () => lambda('a').output(undefined as never), 'output must be a Standard Schema'],
    ['qualifier', () => lambda('a').qualifier('a b'), "qualifier must be a version ('7'), an alias ('live')"],
    ['tenant', () => lambda('a').tenant('a#b'), 'tenant must be a tenant id'],
    ['observe', () => lambda('a').observe({}), 'observe must be a function of an event'],
    ['use', () => lambda('a').use('x' as never, { before: 'retry' }), "use must be a function, but was 'x'."],
    [
      'use',
      () => lambda('a').use((next) => next, { before: 'transport' as never }),
      "use.before must be one of 'deadLetter', 'fallback'",
    ],
    [
      'use',
      () => lambda('a').use((next) => next, undefined as never),
      'use must be given one place: { before: … } or { after: … }',
    ],
    [
      'use',
      () => lambda('a').use((next) => next, {} as never),
      'use must be given one place: { before: … } or { after: … }',
    ],
    [
      'use',
      () => lambda('a').use((next) => next, { before: 'retry', after: 'retry' } as never),
      'use must be given one place: { before: … } or { after: … }',
    ],
  ])('refuses what it cannot use, at once: %s', (_, call, message) => {
    expect(refusal(call)).toContain(message)
  })

  it('has an error that says where, in a field too', () => {
    expect(() => lambda('a').retry({ attempts: 0 })).toThrow(
      expect.objectContaining({ name: 'InvalidSettingError', path: 'retry.attempts' }),
    )
  })
})

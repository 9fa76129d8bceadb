import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { scripted } from './support.js'

describe('explain()', () => {
  it('prints the plan in its true order with every default', () => {
    expect(scripted().lambda('quote:live').explain()).toMatchInlineSnapshot(`
      "quote:live, not idempotent
        deadLetter  off
        fallback    off
        deadline    60 s for the whole call
        failover    off
        bulkhead    function: 100 in flight, 100 waiting up to 10 s;
                    client: 200 in flight, 200 waiting up to 10 s
        retry       4 attempts; waits full, 50 ms to 5 s; after throttles equal, 500 ms to 20 s;
                    never repeats what may have run; function errors: not retried;
                    each success pays for 0.5 retries that fail
        adaptive    off
        breaker     opens at 50 % failures of at least 20 in 30 s; or 7 in a row; for 1.2 s;
                    5 probes close it
        hedge       off
        timeout     off
        transport   one request for each attempt; the AWS SDK's own retries are off"
    `)
  })

  it('prints what was set', () => {
    const { lambda } = scripted({ bulkhead: { concurrency: 40, queue: 0 } })
    const chain = lambda('quote')
      .tenant('a')
      .deadline('1.5s')
      .timeout('600ms')
      .retry({
        attempts: 4,
        backoff: () => 10,
        throttle: { backoff: 'decorrelated' },
        functionErrors: ['Flaky'],
        retryIf: () => true,
        budget: false,
      })
      .adaptive({ initial: 5, max: 50 })
      .circuitBreaker({ failureRate: 0.25, slowCalls: { duration: '2s', rate: 0.9 } })
      .bulkhead({ concurrency: 8, maxWait: '50ms' })
      .fallback(lambda('backup'), { kinds: ['throttle'], limit: '2s' })
      .idempotent()
      .logs()
      .clientContext({ custom: {} })
      .codec({ encode: String, decode: String })
      .input(z.string())
      .output(z.string())
    expect(chain.explain()).toMatchInlineSnapshot(`
      "quote for tenant a, idempotent
        deadLetter  off
        fallback    for throttle; within 2 s; only where a repeat is safe
        deadline    1.5 s for the whole call
        failover    off
        bulkhead    function: 8 in flight, 100 waiting up to 50 ms;
                    client: 40 in flight, 0 waiting up to 10 s
        retry       4 attempts; waits by your function, 50 ms to 5 s;
                    after throttles decorrelated, 500 ms to 20 s; repeats what may have run;
                    function errors: Flaky; no budget; decided by retryIf
        adaptive    1 to 50 attempts in flight as throttles tell, 5 at first;
                    1000 waiting, the earliest deadline first
        breaker     opens at 25 % failures of at least 20 in 30 s; or 7 in a row, or 90 % slower than 2 s;
                    for 1.2 s; 5 probes close it
        hedge       off
        timeout     600 ms for each attempt
        transport   one request for each attempt; the AWS SDK's own retries are off; log tail;
                    client context; your own codec; input checked; output checked"
    `)
  })

  it('prints what is off, and a deadline that a context sets', () => {
    const { lambda } = scripted({ bulkhead: false })
    const bare = lambda('quote').retry(false).circuitBreaker(false).bulkhead(false)
    expect(bare.deadline({ getRemainingTimeInMillis: () => 1 }).explain()).toMatchInlineSnapshot(`
      "quote, not idempotent
        deadLetter  off
        fallback    off
        deadline    the time that remains to the calling function
        failover    off
        bulkhead    off
        retry       off
        adaptive    off
        breaker     off
        hedge       off
        timeout     off
        transport   one request for each attempt; the AWS SDK's own retries are off"
    `)
    expect(bare.deadline(false).explain()).toMatch(/deadline +off/)
  })
})

describe('what explain() says of errors of the function itself', () => {
  it.each<[string, unknown, string]>([
    ['listed', ['Flaky', 'Busy'], 'Flaky, Busy'],
    ['chosen by a function', () => true, 'by your function'],
    ['all', true, 'retried'],
  ])('is when they are repeated: %s', (_, functionErrors, words) => {
    const chain = scripted()
      .lambda('quote')
      .retry({ functionErrors: functionErrors as boolean })
    expect(clauseOf(chain.idempotent())).toBe(words)
    expect(clauseOf(chain)).toBe(`${words}, only where it cannot have run`)
  })

  it('is short where they are not', () => {
    const chain = scripted().lambda('quote').retry({ functionErrors: false })
    expect(clauseOf(chain)).toBe('not retried')
    expect(clauseOf(chain.idempotent())).toBe('not retried')
  })

  function clauseOf(chain: { explain(): string }): string | undefined {
    const unwrapped = chain.explain().replaceAll(/\n {14}/g, ' ')
    return /function errors: ([^;]*);/.exec(unwrapped)?.[1]
  }
})

describe('toJSON()', () => {
  it('is the plan as data, with every default', () => {
    expect(scripted().lambda('quote:live').toJSON()).toMatchInlineSnapshot(`
      {
        "idempotent": false,
        "steps": [
          {
            "settings": false,
            "step": "deadLetter",
          },
          {
            "settings": false,
            "step": "fallback",
          },
          {
            "settings": {
              "limitMs": 60000,
            },
            "step": "deadline",
          },
          {
            "settings": false,
            "step": "failover",
          },
          {
            "settings": {
              "client": {
                "concurrency": 200,
                "maxWaitMs": 10000,
                "queue": 200,
              },
              "function": {
                "concurrency": 100,
                "maxWaitMs": 10000,
                "queue": 100,
              },
            },
            "step": "bulkhead",
          },
          {
            "settings": {
              "attempts": 4,
              "backoff": "full",
              "baseDelayMs": 50,
              "budget": 0.5,
              "functionErrors": false,
              "maxDelayMs": 5000,
              "throttle": {
                "backoff": "equal",
                "baseDelayMs": 500,
                "maxDelayMs": 20000,
              },
            },
            "step": "retry",
          },
          {
            "settings": false,
            "step": "adaptive",
          },
          {
            "settings": {
              "consecutiveFailures": 7,
              "failureRate": 0.5,
              "maxOpenForMs": 1200,
              "minimumCalls": 20,
              "openForMs": 1200,
              "probes": 5,
              "slowCalls": false,
              "windowMs": 30000,
            },
            "step": "breaker",
          },
          {
            "settings": false,
            "step": "hedge",
          },
          {
            "settings": false,
            "step": "timeout",
          },
          {
            "settings": {
              "clientContext": false,
              "codec": "json",
              "forward": false,
              "idempotencyKey": false,
              "inputSchema": false,
              "logs": false,
              "outputSchema": false,
            },
            "step": "transport",
          },
        ],
        "target": "quote:live",
      }
    `)
  })

  it('survives JSON whatever was set', () => {
    const { lambda } = scripted()
    const chain = lambda('quote')
      .retry({ backoff: () => 10, retryIf: () => true, functionErrors: () => true })
      .fallback(() => 1n)
      .deadline({ getRemainingTimeInMillis: () => 1 })
      .use((next) => next, { before: 'retry' })
      .clientContext({ custom: { token: 'hush' } })
    const data = chain.toJSON()
    expect(JSON.parse(JSON.stringify(data))).toEqual(data)
    expect(data.steps.find(({ step }) => step === 'retry')?.settings).toMatchObject({
      backoff: 'function',
      retryIf: 'function',
      functionErrors: 'function',
    })
    expect(JSON.stringify(chain)).not.toContain('hush')
  })

  it('belongs to its taker', () => {
    const chain = scripted().lambda('quote')
    const steps = chain.toJSON().steps as unknown[]
    steps.length = 0
    expect(chain.toJSON().steps.length).toBeGreaterThan(7)
  })
})

import { describe, expect, it } from 'vitest'
import { failureOf, scripted } from './support.js'

describe('clientContext()', () => {
  // Base64 makes 4 characters of 3 bytes; 3,583 is no multiple of 4, so 3,580 is the most that fits.
  const largest = { a: 'x'.repeat((3_580 / 4) * 3 - '{"a":""}'.length) }

  it('goes with the request', async () => {
    const { lambda, script } = scripted({ defaults: { clientContext: { custom: { tier: 'gold' } } } })
    script('quote').replies(1)
    await lambda('quote').invoke()
    await lambda('quote').clientContext({ custom: {} }).invoke()
    expect(script('quote').requests).toMatchObject([
      { clientContext: { custom: { tier: 'gold' } } },
      { clientContext: { custom: {} } },
    ])
  })

  it('may have 3,583 bytes of base64 and no more', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    expect(await lambda('quote').clientContext(largest).invoke()).toBe(1)
    const chain = lambda('quote').clientContext({ a: `${largest.a}x` })
    const error = await failureOf(chain.invoke())
    expect(error).toMatchObject({
      code: 'ClientContextTooLarge',
      kind: 'request',
      mayHaveRun: false,
      attempts: [],
    })
    expect(error.message).toContain(
      'the client context has 3,584 bytes in base64; Lambda takes at most 3,583',
    )
    expect(script('quote').requests).toHaveLength(1)
  })

  it('that is too large is an error of its own at each call', async () => {
    const chain = scripted()
      .lambda('quote')
      .clientContext({ a: 'x'.repeat(9_000) })
    expect(await failureOf(chain.invoke())).not.toBe(await failureOf(chain.invoke()))
  })
})

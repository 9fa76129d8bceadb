import { LambdaClient } from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import {
  LastingCredentials,
  type CredentialProvider,
  type Credentials,
} from '../../../src/transport/lean/credentials.js'
import { classify } from '../../../src/failures/classify.js'
import { KEYS } from './support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.parse('2026-03-01T12:00:00Z')

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => void vi.useRealTimers())

type Source = Mock<() => Promise<Credentials>>

interface World {
  /** What the client asks, as a user gives it. */
  readonly source: Source
  readonly client: LambdaClient
  readonly lasting: LastingCredentials
}

/** The credentials of a real client, whose source gives a new session each time it is asked. */
function world(lastsMs = HOUR): World {
  let sessions = 0
  const source: Source = vi.fn(() => Promise.resolve(session(++sessions, lastsMs)))
  const client = new LambdaClient({ region: 'eu-west-1', credentials: source as never })
  const lasting = new LastingCredentials(() => client.config.credentials as CredentialProvider)
  return { source, client, lasting }
}

function session(number: number, lastsMs: number): Credentials {
  return { ...KEYS, sessionToken: `session ${number}`, expiration: new Date(Date.now() + lastsMs) }
}

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

/** Lets a refresh aside come to its end. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

async function tokenOf(lasting: LastingCredentials): Promise<string | undefined> {
  return (await lasting.get()).sessionToken
}

describe('credentials', () => {
  it('come from one request for all who wait', async () => {
    const { source, lasting } = world()
    const [first, second] = await Promise.all([lasting.get(), lasting.get()])
    expect(second).toBe(first)
    expect(source).toHaveBeenCalledOnce()
  })

  it('come from one request although the provider would make one for each', async () => {
    const provider = vi.fn(() => Promise.resolve(session(1, HOUR)))
    const lasting = new LastingCredentials(() => provider)
    await Promise.all([lasting.get(), lasting.get()])
    expect(provider).toHaveBeenCalledOnce()
  })

  it('are at hand without a promise while they last', async () => {
    const { source, lasting } = world()
    const first = await lasting.get()
    pass(54 * MINUTE)
    expect(lasting.get()).toBe(first)
    expect(source).toHaveBeenCalledOnce()
  })

  it('without an end last for ever', async () => {
    const client = new LambdaClient({ region: 'eu-west-1', credentials: KEYS })
    const lasting = new LastingCredentials(() => client.config.credentials as CredentialProvider)
    const first = await lasting.get()
    pass(10_000 * HOUR)
    expect(lasting.get()).toBe(first)
  })

  it('are refreshed before they expire, and nobody waits for it', async () => {
    const { source, lasting } = world()
    const first = await lasting.get()
    pass(56 * MINUTE)
    expect(lasting.get()).toBe(first)
    expect(lasting.get()).toBe(first)
    await settle()
    expect(source).toHaveBeenCalledTimes(2)
    expect(lasting.get()).toMatchObject({ sessionToken: 'session 2' })
  })

  it('are waited for when they have expired', async () => {
    const { lasting } = world()
    await lasting.get()
    pass(HOUR)
    expect(lasting.get()).toBeInstanceOf(Promise)
    expect(await tokenOf(lasting)).toBe('session 2')
  })

  it('are good to their end while their source is down, which is asked now and then', async () => {
    const { source, lasting } = world()
    const first = await lasting.get()
    source.mockRejectedValue(new Error('STS is down'))
    pass(56 * MINUTE)
    for (let second = 0; second < 60; second++) {
      expect(lasting.get()).toBe(first)
      await settle()
      pass(1_000)
    }
    expect(source.mock.calls.length - 1).toBe(6)
    pass(3 * MINUTE)
    await expect(lasting.get()).rejects.toThrow('STS is down')
  })

  it('that cannot be had are asked for again', async () => {
    const { source, lasting } = world()
    source.mockRejectedValueOnce(new Error('STS is down'))
    await expect(lasting.get()).rejects.toThrow('STS is down')
    expect(await tokenOf(lasting)).toBe('session 1')
  })

  it.each([[undefined], [{}], [{ accessKeyId: 'AKIDEXAMPLE' }]])(
    'without keys are none: %o',
    async (given) => {
      const { source, lasting } = world()
      await lasting.get()
      pass(HOUR)
      source.mockResolvedValueOnce(given as Credentials)
      const failed = await Promise.resolve(lasting.get()).catch((error: unknown) => error)
      expect(classify(failed, { reached: false, ran: 'no', nowMs: 0 }).code).toBe('CredentialsUnavailable')
    },
  )

  it('are those of another provider that the client is given later', async () => {
    const { client, lasting } = world()
    await lasting.get()
    client.config.credentials = (() => Promise.resolve(session(99, HOUR))) as never
    expect(await tokenOf(lasting)).toBe('session 99')
    expect(lasting.get()).toMatchObject({ sessionToken: 'session 99' })
  })
})

describe('credentials that are refused', () => {
  it('are not used again, although the client remembers them', async () => {
    const { source, lasting } = world()
    lasting.refuse(await lasting.get())
    expect(await tokenOf(lasting)).toBe('session 2')
    expect(source).toHaveBeenCalledTimes(2)
  })

  it('are refreshed once for all requests that were signed with them', async () => {
    const { source, lasting } = world()
    const first = await lasting.get()
    lasting.refuse(first)
    await lasting.get()
    lasting.refuse(first)
    expect(lasting.get()).toMatchObject({ sessionToken: 'session 2' })
    expect(source).toHaveBeenCalledTimes(2)
  })

  it('are refreshed now and then where the service refuses whatever it gets', async () => {
    const { source, lasting } = world()
    for (let second = 0; second < 60; second++) {
      lasting.refuse(await lasting.get())
      pass(1_000)
    }
    expect(source).toHaveBeenCalledTimes(1 + 6)
  })

  it('are not replaced by some without keys', async () => {
    const { source, lasting } = world()
    lasting.refuse(await lasting.get())
    source.mockResolvedValueOnce({} as Credentials)
    await expect(lasting.get()).rejects.toThrow('the credentials that the client got have no keys')
  })

  it('are replaced by what another request of the client got meanwhile, without asking once more', async () => {
    const { source, client, lasting } = world()
    lasting.refuse(await lasting.get())
    await client.config.credentials({ forceRefresh: true })
    expect(await tokenOf(lasting)).toBe('session 2')
    expect(source).toHaveBeenCalledTimes(2)
  })

  it('do not come back with a refresh that was under way', async () => {
    const { lasting } = world()
    const first = await lasting.get()
    pass(56 * MINUTE)
    void lasting.get()
    lasting.refuse(first)
    expect(await tokenOf(lasting)).toBe('session 2')
  })

  it('are used all the same where there are no others', async () => {
    const client = new LambdaClient({ region: 'eu-west-1', credentials: KEYS })
    const lasting = new LastingCredentials(() => client.config.credentials as CredentialProvider)
    lasting.refuse(await lasting.get())
    expect(await lasting.get()).toMatchObject(KEYS)
    expect(lasting.get()).toMatchObject(KEYS)
  })
})

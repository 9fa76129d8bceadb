import { SQSClient } from '@aws-sdk/client-sqs'
import { InvalidSettingError } from 'resilient-lambda'
import {
  sqsDeadLetter,
  type DeadLetterMessage,
  type SqsDeadLetterOptions,
} from 'resilient-lambda/dead-letter'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startQueue, type StubQueue } from './sqs-stub.js'
import { letterOf } from './support.js'

let queue: StubQueue
let client: SQSClient
beforeEach(async () => {
  queue = await startQueue()
  client = new SQSClient({
    region: 'eu-west-1',
    endpoint: queue.endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  })
})
afterEach(async () => {
  client.destroy()
  await queue[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

const sinkWith = (options: Partial<SqsDeadLetterOptions> = {}) =>
  sqsDeadLetter({ queueUrl: queue.url, client, ...options })

describe('sqsDeadLetter()', () => {
  it('sends a letter to the queue', async () => {
    await sinkWith()(letterOf())
    expect(queue.sent).toHaveLength(1)
    const [message] = queue.sent
    expect(JSON.parse(message?.MessageBody ?? '') as DeadLetterMessage).toMatchObject({
      version: 1,
      target: 'quote:live',
      payload: { sku: 'A1' },
    })
    expect(Object.keys(message ?? {}).toSorted()).toEqual(['MessageBody', 'QueueUrl'])
  })

  it('names a group and an id on a FIFO queue by itself: the function, and the letter', async () => {
    const target = `arn:aws:lambda:eu-west-1:123456789012:function:${'q'.repeat(64)}:${'l'.repeat(64)}`
    await sinkWith({ queueUrl: `${queue.url}.fifo` })(letterOf({ target }))
    expect(queue.sent).toMatchObject([
      { MessageGroupId: target.slice(0, 128), MessageDeduplicationId: letterOf().id },
    ])
  })

  it('takes a group and an id as a text, or from the letter', async () => {
    await sinkWith({ groupId: 'all', deduplicationId: ({ id }) => id.slice(0, 8) })(letterOf())
    expect(queue.sent).toMatchObject([{ MessageGroupId: 'all', MessageDeduplicationId: '0c5f3e0e' }])
  })

  it('leaves what goes wrong on the way to the retries of the SDK', async () => {
    queue.troubles.push(500, 'cut')
    await sinkWith()(letterOf())
    expect(queue.sent).toHaveLength(1)
  })

  it('fails where the queue does', async () => {
    queue.troubles.push(400)
    await expect(sinkWith()(letterOf())).rejects.toThrow('no')
  })

  it('ends when its time is over', async () => {
    queue.troubles.push('hang')
    const stop = new AbortController()
    const sending = sinkWith()(letterOf({ signal: stop.signal })) as Promise<void>
    stop.abort()
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    expect(queue.sent).toEqual([])
  })

  it('sends what there is of a letter that is too large, and fails all the same', async () => {
    const payload = 'x'.repeat(1_048_576)
    await expect(sinkWith()(letterOf({ payload }))).rejects.toThrow(
      /^the letter was sent without its payload, with which it has 1,04\d,\d{3} bytes; the queue takes at most 1,048,576$/,
    )
    expect(JSON.parse(queue.sent[0]?.MessageBody ?? '')).toMatchObject({ payloadOmitted: 'too-large' })
    await expect(sinkWith({ maxBytes: 2_000 })(letterOf({ payload: 'x'.repeat(2_000) }))).rejects.toThrow(
      '2,000',
    )
  })

  it('makes a client by itself', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', queue.endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's')
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    await sqsDeadLetter({ queueUrl: queue.url })(letterOf())
    expect(queue.sent).toHaveLength(1)
  })

  it.each<[unknown, string]>([
    [{}, 'sqsDeadLetter.queueUrl must be given'],
    [{ queueUrl: 'failed-calls' }, "sqsDeadLetter.queueUrl must be a queue's URL, such as"],
    [{ queueUrl: 'https://a', client: {} }, 'sqsDeadLetter.client must be an SQSClient'],
    [
      { queueUrl: 'https://a', groupId: 7 },
      'sqsDeadLetter.groupId must be a text that is not empty, or a function',
    ],
    [
      { queueUrl: 'https://a', maxBytes: 1 },
      'sqsDeadLetter.maxBytes must be a whole number of at least 1024',
    ],
    [{ url: 'https://a' }, "sqsDeadLetter has no setting 'url'"],
  ])('refuses what it cannot use, at once (case %#)', (options, message) => {
    const make = (): unknown => sqsDeadLetter(options as SqsDeadLetterOptions)
    expect(make).toThrow(InvalidSettingError)
    expect(make).toThrow(message)
  })
})

describe('sqsDeadLetter() without a client of the user', () => {
  afterEach(() => {
    vi.doUnmock('@aws-sdk/client-sqs')
    vi.resetModules()
  })

  it('makes one, and signs for the region of the queue', async () => {
    const regions: unknown[] = []
    vi.resetModules()
    vi.doMock('@aws-sdk/client-sqs', () => ({
      SendMessageCommand: vi.fn(),
      SQSClient: class {
        constructor(settings: unknown) {
          regions.push(settings)
        }
        send = async (): Promise<void> => {}
      },
    }))
    const fresh = await import('../../src/dead-letter/index.js')
    const far = fresh.sqsDeadLetter({ queueUrl: 'https://sqs.eu-central-1.amazonaws.com/1/q' })
    for (let n = 0; n < 2; n++) await far(letterOf())
    await fresh.sqsDeadLetter({ queueUrl: 'http://localhost:4566/1/q' })(letterOf())
    expect(regions).toEqual([{ region: 'eu-central-1' }, {}])
  })

  it('can be made without the package, and says what is missing when it is needed', async () => {
    vi.resetModules()
    vi.doMock('@aws-sdk/client-sqs', () => {
      throw new Error('not found')
    })
    const fresh = await import('../../src/dead-letter/index.js')
    const sink = fresh.sqsDeadLetter({ queueUrl: queue.url })
    await expect(sink(letterOf())).rejects.toThrow(
      'sqsDeadLetter needs the package @aws-sdk/client-sqs, which cannot be loaded',
    )
  })
})

import { EventEmitter, once } from 'node:events'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { fileURLToPath } from 'node:url'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { InvokeCommandInput } from '@aws-sdk/client-lambda'
import { onTestFinished } from 'vitest'
import { startLocalLambda } from '../../../src/testing/local/index.js'
import type { LocalLambda, LocalLambdaOptions } from '../../../src/testing/local/index.js'

interface Answer {
  readonly status: number | undefined
  readonly payload: unknown
  readonly functionError: string | undefined
  readonly version: string | undefined
  readonly log: string
  readonly requestId: string | undefined
  readonly durableExecutionArn: string | undefined
}

interface Started {
  readonly local: LocalLambda
  /** The real client, with its retries off. */
  readonly client: LambdaClient
  /** Invokes `quote` unless told otherwise. */
  readonly invoke: (input?: Partial<InvokeCommandInput>, abortSignal?: AbortSignal) => Promise<Answer>
}

/** A local Lambda and a client for it, both gone when the test is over. */
export async function start(options: LocalLambdaOptions): Promise<Started> {
  const local = await startLocalLambda(options)
  const client = new LambdaClient({ ...local.clientSettings, maxAttempts: 1 })
  onTestFinished(async () => {
    client.destroy()
    await local.stop()
  })
  async function invoke(input: Partial<InvokeCommandInput> = {}, abortSignal?: AbortSignal): Promise<Answer> {
    const command = new InvokeCommand({ FunctionName: 'quote', ...input })
    const output = await client.send(command, abortSignal ? { abortSignal } : {})
    const text = output.Payload?.transformToString() ?? ''
    return {
      status: output.StatusCode,
      payload: text === '' ? undefined : JSON.parse(text),
      functionError: output.FunctionError,
      version: output.ExecutedVersion,
      log: Buffer.from(output.LogResult ?? '', 'base64').toString('utf8'),
      requestId: output.$metadata.requestId,
      durableExecutionArn: output.DurableExecutionArn,
    }
  }
  return { local, client, invoke }
}

/** What a promise was rejected with, in the shape of the SDK's errors. */
export interface Caught extends Error {
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
  readonly [member: string]: unknown
}

export async function caught(promise: Promise<unknown>): Promise<Caught> {
  try {
    await promise
  } catch (error) {
    return error as Caught
  }
  throw new Error('The promise was fulfilled.')
}

interface RawReply {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A POST on a connection of its own, without any client's help. */
export async function post(
  local: LocalLambda,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<RawReply> {
  const outgoing = request(`${local.endpoint}${path}`, { method: 'POST', agent: false, headers })
  outgoing.end(body)
  const [reply] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream & RawHead]
  const chunks: Buffer[] = []
  for await (const chunk of reply) chunks.push(chunk as unknown as Buffer)
  return { status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks).toString('utf8') }
}

interface RawHead {
  readonly statusCode?: number
  readonly headers: IncomingHttpHeaders
}

/** The path of a handler module beside these tests. */
export function handlerModule(name: string): string {
  return fileURLToPath(new URL(`handlers/${name}.mjs`, import.meta.url))
}

interface Latch {
  readonly opened: Promise<void>
  readonly open: () => void
}

/** A promise to be settled from outside. */
export function latch(): Latch {
  const opening = new EventEmitter()
  return { opened: once(opening, 'open').then(() => undefined), open: () => void opening.emit('open') }
}

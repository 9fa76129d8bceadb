import type { ReadableStreamDefaultReader } from 'node:stream/web'
import { isUint8Array } from 'node:util/types'
import { onAbort } from '../core/abort-hub.js'
import { show } from '../core/settings.js'
import { readBody } from './read-body.js'

/**
 * A stream's bytes; undefined when there are more than `limit`.
 *
 * It is cancelled when it is too long, and as soon as the signal is aborted.
 *
 * @throws the signal's reason, or whatever the stream fails with
 */
export async function readStream(
  body: ReadableStream,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const reader = body.getReader()
  // Not awaited: who is slow to cancel must not hold back the answer.
  const cancel = (why?: unknown): void => void reader.cancel(why).catch(() => {})
  const abort = (): void => cancel(signal?.reason)
  if (signal?.aborted) abort()
  const forget = signal && onAbort(signal, abort)
  try {
    return await readBody(chunksOf(reader), limit)
  } finally {
    forget?.()
    cancel()
    // Goes before whatever the abort did to the stream.
    signal?.throwIfAborted()
  }
}

async function* chunksOf(reader: ReadableStreamDefaultReader<unknown>): AsyncGenerator<Uint8Array> {
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!isUint8Array(part.value)) {
      throw new TypeError(`A body must be a stream of bytes, but a chunk was ${show(part.value)}.`)
    }
    yield part.value
  }
}

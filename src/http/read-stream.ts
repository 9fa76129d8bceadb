import { isUint8Array } from 'node:util/types'
import { onAbort } from '../core/abort-hub.js'
import { show } from '../core/settings.js'
import { readBody } from './read-body.js'

/** A stream's bytes; undefined when there are more than `limit`. @throws what `chunksOf` does */
export function readStream(
  body: ReadableStream,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  return readBody(chunksOf(body, signal), limit)
}

/**
 * A stream's chunks. It is cancelled when its reader stops before the end, and as soon as the signal is aborted.
 *
 * @throws the signal's reason, or whatever the stream fails with
 */
export async function* chunksOf(body: ReadableStream, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  // Not awaited: who is slow to cancel must not hold back the answer.
  const cancel = (why?: unknown): void => void reader.cancel(why).catch(() => {})
  const abort = (): void => cancel(signal?.reason)
  if (signal?.aborted) abort()
  const listening = signal && onAbort(signal, abort)
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!isUint8Array(part.value)) {
        throw new TypeError(`A body must be a stream of bytes, but a chunk was ${show(part.value)}.`)
      }
      yield part.value
    }
  } finally {
    listening?.forget()
    cancel()
    // Goes before whatever the abort did to the stream.
    signal?.throwIfAborted()
  }
}

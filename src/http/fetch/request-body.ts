import type { ReadableStreamDefaultReader } from 'node:stream/web'
import { isUint8Array } from 'node:util/types'
import { onAbort } from '../../core/abort-hub.js'
import { show } from '../../core/settings.js'
import { readBody } from '../read-body.js'

/**
 * A request's body in memory, so that it can be sent more than once; undefined when it has more bytes than `limit`.
 *
 * Its stream is cancelled when it is too long, and as soon as the signal is aborted.
 *
 * @throws the signal's reason, or whatever the stream fails with
 */
export async function readRequestBody(
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
      throw new TypeError(`A request's body must be a stream of bytes, but a chunk was ${show(part.value)}.`)
    }
    yield part.value
  }
}

/** The size of a body that is whole; undefined where it must be read to know. */
export function sizeOf(body: unknown): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  return body instanceof Blob ? body.size : undefined
}

/** A body's bytes, or undefined when there are more than `limit`: the rest is then left unread. */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array | undefined> {
  let bytes = Buffer.alloc(0)
  let size = 0
  // Leaving the loop ends the iteration, which cancels a stream.
  for await (const chunk of chunks) {
    const before = size
    size += chunk.byteLength
    if (size > limit) return undefined
    // To keep the chunks would cost many times their size, where a client sends byte by byte.
    if (size > bytes.byteLength) bytes = Buffer.concat([bytes], Math.max(size, 2 * before))
    bytes.set(chunk, before)
  }
  return bytes.subarray(0, size)
}

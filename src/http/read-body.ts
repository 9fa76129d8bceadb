/** A body's bytes, or undefined when there are more than `limit`: the rest is then left unread. */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  // Leaving the loop ends the iteration, which cancels a stream.
  for await (const chunk of chunks) {
    size += chunk.byteLength
    if (size > limit) return undefined
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

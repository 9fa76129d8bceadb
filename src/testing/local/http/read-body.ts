import type { IncomingMessage } from 'node:http'

interface ReadBody {
  readonly bytes: Buffer
  /** False when reading ended at the limit, or because the client went away. */
  readonly whole: boolean
}

/** Reads a request's body to its end, or only so far. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let readBytes = 0
    const finish = (whole: boolean): void => resolve({ bytes: Buffer.concat(chunks), whole })
    if (limitBytes === 0) return finish(false)
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      readBytes += chunk.length
      if (readBytes < limitBytes) return
      request.pause()
      finish(false)
    })
    request.once('end', () => finish(true))
    request.once('close', () => finish(false))
  })
}

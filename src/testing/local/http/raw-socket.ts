import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'

/** Ends the connection with RST, so that the peer reads ECONNRESET. */
export function reset(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy()
}

/** As `reset`, after a client of this process has had the time to read what was written. */
export async function resetOnceRead(socket: Socket): Promise<void> {
  // A reset that arrives together with data reads as a mere end; two turns make sure of one poll between them.
  await setImmediate()
  await setImmediate()
  reset(socket)
}

/** Resolves once the kernel has the bytes, or the connection is gone. */
export function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || bytes.length === 0) resolve()
    else socket.write(bytes, () => resolve())
  })
}

/** Writes so many bytes at a time, with a wait after each, until all are out or the connection is gone. */
export async function trickle(
  socket: Socket,
  bytes: Buffer,
  stepBytes: number,
  wait: () => Promise<void>,
): Promise<void> {
  for (let offset = 0; offset < bytes.length && !socket.destroyed; offset += stepBytes) {
    // eslint-disable-next-line no-await-in-loop -- one after the other is the point
    await write(socket, bytes.subarray(offset, offset + stepBytes))
    await wait()
  }
}

/** Far less than a large payload, and enough to read a small request with its end: only so is its going away seen. */
const UNREAD_FROM_BYTES = 65_536

/** Never answers, and stops reading early, so that a large request cannot be written whole. */
export function hang(socket: Socket): void {
  let readBytes = 0
  socket.on('data', (chunk: Buffer) => {
    readBytes += chunk.length
    if (readBytes >= UNREAD_FROM_BYTES) socket.pause()
  })
  socket.on('end', () => socket.destroy())
}

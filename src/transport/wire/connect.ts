import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { ConnectionSettings } from './connection-settings.js'
import { connectTimedOut } from './wire-errors.js'

/** Whom a socket tells; it is connected, and secure where the origin is, when `onReady` comes. */
export interface SocketUser {
  onReady(): void
  /** The bytes are there during the call only. */
  onBytes(bytes: Buffer): void
}

/** Opens a socket, and hands it out before it is connected. */
export type Connect = (user: SocketUser) => Socket

/** When the kernel begins to ask a silent peer whether it lives: far below the 350 s after which NAT gateways forget. */
const KEEP_ALIVE_DELAY_MS = 1_000

const READ_BYTES = 64 * 1024

/** The kernel's own limit on connecting is minutes; ours spans TCP and TLS. */
export function connectTo(
  { protocol, hostname, port }: URL,
  { connectTimeoutMs, tls }: Pick<ConnectionSettings, 'connectTimeoutMs' | 'tls'>,
): Connect {
  // With brackets it is an address of IPv6 in a URL only.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  // One for all sockets, since what comes is read on the spot; a buffer for each read would be garbage at once.
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  let session: Buffer | undefined

  function open(onread: OnReadOpts): Socket {
    if (protocol === 'http:') return connectPlain({ host, port: Number(port || 80), onread })
    const options = {
      servername: isIP(host) ? '' : host,
      ...tls,
      host,
      port: Number(port || 443),
      ALPNProtocols: ['http/1.1'],
      ...(session && { session }),
      onread,
    }
    // The next handshake is shorter with it, or fails for it again and again.
    return connectSecure(options)
      .on('session', (given: Buffer) => void (session = given))
      .on('error', () => void (session = undefined))
  }

  return function connect(user) {
    const callback = (length: number): boolean => {
      user.onBytes(buffer.subarray(0, length))
      return true
    }
    const socket = open({ buffer, callback })
    const ready = protocol === 'http:' ? 'connect' : 'secureConnect'
    socket
      .setNoDelay(true)
      .setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
      .once(ready, () => user.onReady())
    if (connectTimeoutMs !== undefined) {
      const timer = setTimeout(() => socket.destroy(connectTimedOut(connectTimeoutMs)), connectTimeoutMs)
      socket.once('close', () => clearTimeout(timer)).once(ready, () => clearTimeout(timer))
    }
    return socket
  }
}

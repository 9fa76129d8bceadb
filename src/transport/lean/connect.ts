import type { Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { TlsSettings } from './connection-settings.js'
import { connectTimedOut } from './wire-errors.js'

/** Opens a socket, secure where the origin is, and hands it out before it is connected. */
export type Connect = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket

/** When the kernel begins to ask a silent peer whether it lives: far below the 350 s after which NAT gateways forget. */
const KEEP_ALIVE_DELAY_MS = 1_000

/** The kernel's own limit on connecting is minutes; ours spans TCP and TLS. Undefined is none. */
export function connectWithin(ms: number | undefined, tls: TlsSettings): Connect {
  const options = { ...tls, timeout: 0, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS }
  const open = buildConnector(options) as Connect
  return function connect(options, callback) {
    // What the user set goes before what undici made of the host.
    const { servername = options.servername } = tls
    const socket = open({ ...options, ...(servername !== undefined && { servername }) }, callback)
    if (ms !== undefined) {
      const timer = setTimeout(() => socket.destroy(connectTimedOut(ms)), ms)
      socket.once('close', () => clearTimeout(timer))
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => clearTimeout(timer))
    }
    return socket
  }
}

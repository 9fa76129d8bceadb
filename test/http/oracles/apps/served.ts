import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An app that is there over HTTP, on 127.0.0.1. */
export interface Served {
  readonly port: number
  close(): Promise<void>
}

export async function listening(server: Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  }
}

import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Starts the server in a process of its own, hands its port to `use`, and ends it when that is done. */
export async function withServer(use) {
  const server = fork(new URL('../server.mjs', import.meta.url))
  try {
    const [{ port }] = await once(server, 'message')
    return await use({ port })
  } finally {
    server.kill()
  }
}

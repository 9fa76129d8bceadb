import { BroadcastChannel } from 'node:worker_threads'

/** Says that it runs, and answers when it is told to: in a worker, which has no other way out to the test. */
export function handler({ gate, number }) {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(gate)
    channel.addEventListener('message', ({ data }) => {
      if (data.release !== number) return
      channel.close()
      resolve(number)
    })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel of Node, not a window
    channel.postMessage({ runs: number })
  })
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// No flag of the command line is needed: a context that is made after the setting has the function.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects whatever nobody holds. */
export async function collectGarbage(): Promise<void> {
  // Until the turn ends, all that a WeakRef gave out in it is held.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  // Buffers are freed in the background; a second collection waits for those of the first.
  collect()
}

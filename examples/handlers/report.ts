import { setTimeout as sleep } from 'node:timers/promises'
// #region callee
import { attemptOf, deadlineOf, type CalleeContext } from 'resilient-lambda/callee'

const TO_ANSWER_MS = 400

export async function handler({ pages }: { pages: number }, context: CalleeContext) {
  const deadline = deadlineOf(context) // first of all: the caller's remaining time counts from here
  let done = 0
  while (done < pages && deadline.remainingMs > TO_ANSWER_MS) done += await writePage()
  return { done, complete: done === pages, attempt: attemptOf(context) }
}
// #endregion callee

async function writePage(): Promise<number> {
  await sleep(20)
  return 1
}

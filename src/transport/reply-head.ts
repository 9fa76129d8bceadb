import type { LiveAttempt } from '../core/attempt-record.js'

/** What the head of a reply says of a durable execution. */
export interface DurableHead {
  /** Older clients do not read it. */
  durableExecutionArn: string | undefined
  /** Whether the function ran as if no execution name had been sent. */
  nameIgnored: boolean
}

/** Notes on the attempt what the head of its reply says; Lambda sends the head of a 200 once the function has ended. */
export function noteHead(
  status: number | undefined,
  headers: Readonly<Record<string, string>> | undefined,
  attempt: LiveAttempt,
  durable: DurableHead,
  durableExecutionName: string | undefined,
): void {
  const requestId = headers?.['x-amzn-requestid']
  if (requestId === undefined) return
  attempt.requestId = requestId
  if (status !== 200) return
  attempt.ran = 'yes'
  durable.durableExecutionArn = headers?.['x-amz-durable-execution-arn']
  durable.nameIgnored = durableExecutionName !== undefined && durable.durableExecutionArn === undefined
}

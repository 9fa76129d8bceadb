import type { Ended } from './environment.js'
import { seconds } from './function-errors.js'

const TAIL_BYTES = 4_096

interface Report {
  readonly requestId: string
  readonly version: string
  readonly output: string
  readonly ended: Ended
  readonly durationMs: number
  readonly initMs: number | undefined
  readonly timeoutMs: number
  readonly memoryMb: number
}

/** What X-Amz-Log-Result carries: the last 4 KB of the invocation's log, in base64. */
export function logTail(report: Report): string {
  const { requestId, version, durationMs, initMs, memoryMb } = report
  const init = initMs === undefined ? '' : `Init Duration: ${initMs.toFixed(2)} ms\t`
  const text = [
    `START RequestId: ${requestId} Version: ${version}\n`,
    report.output,
    failureLine(report),
    `END RequestId: ${requestId}\n`,
    `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\t`,
    `Billed Duration: ${Math.ceil(durationMs)} ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${memoryMb} MB\t`,
    `${init}\n`,
  ].join('')
  return Buffer.from(text).subarray(-TAIL_BYTES).toString('base64')
}

function failureLine({ ended, requestId, timeoutMs }: Report): string {
  const now = new Date().toISOString()
  if (ended.outcome === 'timeout')
    return `${now} ${requestId} Task timed out after ${seconds(timeoutMs)} seconds\n\n`
  if (ended.outcome === 'success') return ''
  return `${now}\t${requestId}\tERROR\tInvoke Error \t${JSON.stringify(ended.error)}\n`
}

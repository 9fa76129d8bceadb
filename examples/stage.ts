import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { startLocalLambda, type ExecutionRecord, type LocalLambda } from 'resilient-lambda/testing'
import { handler as charge } from './handlers/charge.js'
import { handler as payment } from './handlers/payment.js'
import { handler as quote } from './handlers/quote.js'
import { handler as report } from './handlers/report.js'
import { handler as shop } from './handlers/shop.js'

/** How an example ended, and what it made the local Lambda run. */
export interface Played {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly executions: readonly ExecutionRecord[]
}

/** What goes wrong in an example, so that it has something to survive. */
const SCENES: Readonly<Record<string, (local: LocalLambda) => void>> = {
  '01-one-liner': (local) => local.faults('quote').next({ type: 'throttle' }),
  '04-idempotent-retry': (local) =>
    local
      .faults('charge')
      .next({ type: 'cutReply' }, { type: 'cutReply' }, { type: 'error', name: 'ServiceException' }),
  '05-breaker-in-a-health-endpoint': (local) =>
    local.faults('stock').always({ type: 'error', name: 'ServiceException' }),
  '06-fallback': (local) => local.faults('quote').always({ type: 'error', name: 'EC2UnexpectedException' }),
  '07-inside-a-lambda': (local) => local.faults('quote').next({ type: 'none' }, { type: 'stallHead' }),
  '09-handling-errors': (local) =>
    local
      .faults('quote')
      .next({ type: 'throttle', retryAfter: '30s' }, { type: 'none' }, { type: 'closeAfterReading' }),
  '10-watching-calls': (local) => local.faults('quote').next({ type: 'error', name: 'ENINotReadyException' }),
  '13-cancelled-by-the-caller': (local) => local.faults('quote').next({ type: 'stallHead' }),
  '14-a-client-of-your-own': (local) =>
    local.faults('charge').next({ type: 'cutReply' }, { type: 'cutReply' }, { type: 'cutReply' }),
  '15-opentelemetry': (local) =>
    local.faults('quote').next({ type: 'error', name: 'EC2UnexpectedException' }),
  '18-fetch-over-lambda': (local) =>
    local.faults('shop').next({ type: 'cutReply' }, { type: 'none' }, { type: 'cutReply' }),
  '27-state': (local) => local.faults('quote').always({ type: 'error', name: 'ServiceException' }),
  '22-hedging': (local) => local.faults('quote').next({ type: 'latency', after: '20s' }),
  '21-adaptive': (local) => {
    const throttle = {
      type: 'throttle',
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    } as const
    local.faults('quote').next(throttle, throttle, throttle)
  },
  '23-idempotency-key': (local) => {
    local.faults('payment').next({ type: 'cutReply' }, { type: 'cutReply' })
    local.faults('shipment').next({ type: 'cutReply' })
  },
  '25-failover': (local) => {
    const down = { type: 'error', name: 'EC2UnexpectedException' } as const
    local.faults('quote').next(down, down, down, down, { type: 'stallHead' })
  },
  '26-dead-letter': (local) => local.faults('charge').always({ type: 'error', name: 'ServiceException' }),
}

const LONGEST_MS = 30_000

/** Runs an example of those compiled to `folder`, in a process of its own whose AWS is a local Lambda. */
export async function play(name: string, folder: string): Promise<Played> {
  const local = await startLocalLambda({
    functions: {
      quote,
      charge,
      shop,
      reports: shop,
      'quote-standby': quote,
      stock: () => ({ left: 2 }),
      payment,
      shipment: { handler: () => 'shipped', aliases: { live: '$LATEST' }, durable: true },
      report,
      'failed-calls': () => null,
    },
    region: 'eu-west-1',
  })
  try {
    SCENES[name]?.(local)
    // Where the examples find their settings.
    const ended = await run([resolve(folder, `${name}.js`)], environmentOf(local), 'examples')
    return { ...ended, executions: local.executions }
  } finally {
    await local.stop()
  }
}

/** Runs Node until it exits by itself; one that does not is ended, and has no exit code. */
export async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  cwd = '.',
): Promise<Omit<Played, 'executions'>> {
  const child = spawn(process.execPath, args, {
    cwd,
    timeout: LONGEST_MS,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { exitCode, stdout, stderr }
}

/** What the AWS SDK reads by itself. */
export function environmentOf({ clientSettings }: LocalLambda): Record<string, string> {
  const { endpoint, region, credentials } = clientSettings
  return {
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

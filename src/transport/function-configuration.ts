import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda'
import { answered, failed, type Outcome } from '../core/outcome.js'
import { systemClock } from '../core/clock.js'
import { classify } from '../failures/classify.js'
import { failure, type Failure } from '../failures/failure.js'
import { nodeHandlerConfigOf, nodeHandlerLimitsOf } from './node-handler.js'
import { refuseOtherRegion, RegionMismatch, type ClientOf } from './sdk.js'

/** Which function is asked about. */
export interface ConfiguredFunction {
  /** Name, partial or full ARN, without the qualifier. */
  readonly functionName: string
  readonly qualifier: string | undefined
  readonly region: string | undefined
}

/** What Lambda says of a function, and what its client does to connections. */
export interface FunctionConfiguration {
  /** How long one run may take, in ms. */
  readonly timeoutMs: number
  readonly connection: ConnectionSettings
}

/** What can be seen of a client's connections; undefined stands for what cannot. */
export interface ConnectionSettings {
  /** After how long a silent request is ended, in ms; `Infinity` for never. */
  readonly cutsAfterMs: number | undefined
  readonly keepAlive: boolean | undefined
}

const PERMISSION = 'lambda:GetFunctionConfiguration'
const NO_TIMEOUT = "the answer does not tell the function's timeout"

/** Asks Lambda; the SDK's own retries stay on, since the request runs no function. */
export async function functionConfigurationOf(
  clientOf: ClientOf,
  { functionName, qualifier, region }: ConfiguredFunction,
  abortSignal: AbortSignal,
): Promise<Outcome<FunctionConfiguration>> {
  try {
    const client = clientOf(region)
    await refuseOtherRegion(client, region)
    const command = new GetFunctionConfigurationCommand({
      FunctionName: functionName,
      ...(qualifier !== undefined && { Qualifier: qualifier }),
    })
    const output = (await client.send(command, { abortSignal })) as
      GetFunctionConfigurationCommandOutput | undefined
    if (output?.Timeout === undefined) return failed(failure('ReplyNotDecodable', NO_TIMEOUT, { ran: 'no' }))
    // After the request, since the handler makes its agent for http with the first.
    const connection = await connectionOf(client)
    return answered({ timeoutMs: output.Timeout * 1_000, connection })
  } catch (error) {
    if (error instanceof RegionMismatch) return failed(failure('RegionMismatch', error.message))
    const place = qualifier === undefined ? functionName : `${functionName}:${qualifier}`
    const seen = classify(error, { reached: undefined, ran: 'no', nowMs: systemClock.date() })
    return failed(withoutRun(seen, place))
  }
}

/** Whatever went wrong, the request asks and runs nothing. */
function withoutRun(seen: Failure, place: string): Failure {
  const { code, denied, verdict } = seen
  const isUnexplained = code === 'AccessDeniedException' && denied === undefined
  const advice = isUnexplained ? `Allow the caller ${PERMISSION} on ${place}.` : verdict.advice
  return { ...seen, verdict: { ...verdict, ran: 'no', advice } }
}

/** Only the SDK's own handler is known to say what it does. */
async function connectionOf({ config }: LambdaClient): Promise<ConnectionSettings> {
  const seen = await nodeHandlerConfigOf(config.requestHandler)
  if (!seen) return { cutsAfterMs: undefined, keepAlive: undefined }
  const { requestTimeoutMs = Infinity, socketTimeoutMs = Infinity } = nodeHandlerLimitsOf(seen)
  const { protocol } = (await config.endpoint?.()) ?? { protocol: 'https:' }
  const agent = protocol === 'http:' ? seen.httpAgent : seen.httpsAgent
  return { cutsAfterMs: Math.min(requestTimeoutMs, socketTimeoutMs), keepAlive: agent?.keepAlive }
}

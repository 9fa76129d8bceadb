import { type InvokeCommandInput, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda'
import type { Context } from '../core/call.js'
import type { LiveAttempt } from '../core/attempt-record.js'
import { failed, type Outcome } from '../core/outcome.js'
import { within } from '../core/wait.js'
import { classify } from '../failures/classify.js'
import { failure } from '../failures/failure.js'
import { outcomeOf } from './answer.js'
import { clientContextOf } from './client-context.js'
import { underName } from './durable.js'
import { nodeHandlerConfigOf } from './node-handler.js'
import { newSighting, type Sighting } from './sighting.js'
import { OwnClient } from './own-client.js'
import type { InvokeRequest, Transport } from './transport.js'
import { watchedInvoke } from './watched-invoke.js'

/** The client for a region; undefined asks for the default one. */
export type ClientOf = (region: string | undefined) => LambdaClient

const NOTHING = 'the client answered nothing, as a mock does that was not told what to answer'

/** Sends through the AWS SDK, with its own retries off for these requests only. */
export function sdkTransport(clientOf: ClientOf): Transport {
  return function transport(request, context) {
    return within(context.scope, () => send(request, context)) as Promise<Outcome<Uint8Array | undefined>>

    async function send(request: InvokeRequest, context: Context): Promise<Outcome> {
      const { region } = request
      const { scope, clock, attempt } = context
      const live: LiveAttempt = attempt ?? { number: 1, startedMs: 0, ran: 'no' }
      live.ran = 'no'
      let sighting: Sighting | undefined
      try {
        const client = clientOf(region)
        await refuseOtherRegion(client, region)
        if (scope.cancelled) return failed(scope.cancelled)
        sighting = newSighting(live, request, context)
        const output = (await sendThrough(client, inputFor(request, context), sighting)) as
          InvokeCommandOutput | undefined
        const outcome = output
          ? outcomeOfOutput(output, sighting)
          : failed(failure('ReplyNotDecodable', NOTHING))
        return request.durableExecutionName === undefined ? outcome : underName(outcome, sighting)
      } catch (error) {
        if (scope.cancelled) return failed(scope.cancelled)
        if (error instanceof RegionMismatch)
          return failed(failure('RegionMismatch', error.message, { ran: 'no' }))
        const why = classify(error, { reached: sighting?.reached, ran: live.ran, nowMs: clock.date() })
        return sighting?.nameIgnored ? underName(failed(why), sighting) : failed(why)
      } finally {
        sighting?.letGo?.()
      }
    }
  }
}

async function sendThrough(
  client: LambdaClient,
  input: InvokeCommandInput,
  sighting: Sighting,
): Promise<InvokeCommandOutput> {
  const isOwn = client instanceof OwnClient
  sighting.watchable = !isOwn && (await nodeHandlerConfigOf(client.config.requestHandler)) !== undefined
  // Until our middleware runs, which it does not in a mocked client, nobody can tell.
  sighting.attempt.ran = 'maybe'
  if (isOwn) return client.invoke(input, sighting)
  // A client that caches its middleware would use the cached one, without ours, if there were no options.
  return client.send(watchedInvoke(input, sighting), { abortSignal: sighting.context.scope.signal })
}

function inputFor(request: InvokeRequest, context: Context): InvokeCommandInput {
  const { functionName, qualifier, body, logTail, tenantId, durableExecutionName } = request
  const clientContext = clientContextOf(request, context)
  return {
    FunctionName: functionName,
    ...(qualifier !== undefined && { Qualifier: qualifier }),
    ...(body && { Payload: body }),
    ...(clientContext !== undefined && { ClientContext: clientContext }),
    ...(logTail && { LogType: 'Tail' as const }),
    ...(tenantId !== undefined && { TenantId: tenantId }),
    ...(durableExecutionName !== undefined && { DurableExecutionName: durableExecutionName }),
  }
}

function outcomeOfOutput(output: InvokeCommandOutput, { durableExecutionArn }: Sighting): Outcome {
  return outcomeOf({
    payload: output.Payload,
    functionError: output.FunctionError,
    executedVersion: output.ExecutedVersion,
    logResult: output.LogResult,
    requestId: output.$metadata?.requestId,
    durableExecutionArn: output.DurableExecutionArn ?? durableExecutionArn,
  })
}

export class RegionMismatch extends Error {}

/** The SDK sends an ARN of another region to its own region, where the function is not found or is another one. */
export async function refuseOtherRegion(client: LambdaClient, region: string | undefined): Promise<void> {
  if (region !== undefined) refuseRegion(await client.config.region(), region)
}

export function refuseRegion(configured: string, region: string): void {
  if (configured === region) return
  throw new RegionMismatch(
    `the function is in ${region}, but the client that was handed in is for ${configured}`,
  )
}

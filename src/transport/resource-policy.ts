import {
  AddPermissionCommand,
  GetPolicyCommand,
  RemovePermissionCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda'
import { systemClock } from '../core/clock.js'
import { answered, failed, type Outcome } from '../core/outcome.js'
import { classify } from '../failures/classify.js'

/** A statement as Lambda's API takes it. */
export interface ServicePermission {
  readonly statementId: string
  readonly action: string
  /** A service, such as `elasticloadbalancing.amazonaws.com`. */
  readonly principal: string
  readonly sourceArn: string
  readonly sourceAccount: string
}

/** The resource-based policy of a function, or of one of its versions or aliases. */
export interface ResourcePolicy {
  /** The policy as JSON. */
  read(): Promise<Outcome<string | undefined>>
  add(permission: ServicePermission): Promise<Outcome<void>>
  remove(statementId: string): Promise<Outcome<void>>
}

/** The policy over Lambda's API; the SDK's own retries stay on, since these requests run no function. */
export function resourcePolicyOf(
  client: LambdaClient,
  functionArn: string,
  qualifier: string | undefined,
): ResourcePolicy {
  const place = { FunctionName: functionArn, ...(qualifier !== undefined && { Qualifier: qualifier }) }
  return {
    read: () =>
      outcomeOf(async () => {
        const { Policy: policy } = await client.send(new GetPolicyCommand(place))
        return policy
      }),
    add: ({ statementId, action, principal, sourceArn, sourceAccount }) =>
      outcomeOf(async () => {
        const statement = {
          StatementId: statementId,
          Action: action,
          Principal: principal,
          SourceArn: sourceArn,
          SourceAccount: sourceAccount,
        }
        await client.send(new AddPermissionCommand({ ...place, ...statement }))
      }),
    remove: (statementId) =>
      outcomeOf(async () => {
        await client.send(new RemovePermissionCommand({ ...place, StatementId: statementId }))
      }),
  }
}

async function outcomeOf<T>(send: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return answered(await send())
  } catch (error) {
    return failed(classify(error, { reached: undefined, ran: 'no', nowMs: systemClock.date() }))
  }
}

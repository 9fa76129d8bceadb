/** What a handler gets as its second argument; the fields and methods of Lambda's Node runtime. */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean
  readonly awsRequestId: string
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  readonly memoryLimitInMB: string
  readonly logGroupName: string
  readonly logStreamName: string
  readonly clientContext?: unknown
  readonly tenantId?: string | undefined
  getRemainingTimeInMillis(): number
  done(error?: unknown, result?: unknown): void
  fail(error: unknown): void
  succeed(result?: unknown): void
}

/** The part of a context that is plain data, and so can be sent to a worker. */
export type ContextData = Pick<
  LambdaContext,
  | 'awsRequestId'
  | 'functionName'
  | 'functionVersion'
  | 'invokedFunctionArn'
  | 'memoryLimitInMB'
  | 'logGroupName'
  | 'logStreamName'
  | 'clientContext'
  | 'tenantId'
>

export type LambdaCallback = (error?: unknown, result?: unknown) => void

interface AnyHandler {
  // A method, since its parameters are compared both ways: a handler may narrow its event.
  handle(event: unknown, context: LambdaContext, callback: LambdaCallback): unknown
}

/**
 * A Node Lambda handler: async, plain, or answering by its callback.
 *
 * A plain one answers with what it returns; `undefined` waits for the callback where it takes one.
 */
export type LambdaHandler = AnyHandler['handle']

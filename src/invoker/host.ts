import type { Observer } from '../core/events.js'
import type { Surroundings } from '../core/run.js'
import type { BulkheadSettings } from '../policies/bulkhead.js'
import type { ClientOf } from '../transport/sdk.js'
import type { Transport } from '../transport/transport.js'

/** What all functions of one invoker share. */
export interface Host extends Surroundings {
  readonly transport: Transport
  /** Undefined where a transport takes the place of the AWS SDK. */
  readonly clientOf: ClientOf | undefined
  readonly clientBulkhead: BulkheadSettings | false
  readonly observers: readonly Observer[]
  /** Where functions are whose ARN does not say; undefined where only the client knows. */
  readonly region: string | undefined
  /** Whether all functions are called through one client that was handed in, which is for one region. */
  readonly oneClient: boolean
}

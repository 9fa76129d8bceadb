import { randomUUID } from 'node:crypto'
import type { Invocation, Invoked } from './local-function.js'

/** One durable execution, running or closed. */
export interface DurableExecution {
  readonly arn: string
  readonly eventJson: string
  readonly version: string
  readonly result: Promise<Invoked>
}

/**
 * The durable executions of one function, by name.
 *
 * Source: Lambda developer guide, "Idempotency" of durable functions: the name and payload of an execution bring back
 * that one, whether it is running or closed.
 */
export class DurableExecutions {
  readonly #byName = new Map<string, DurableExecution>()

  find(name: string | undefined): DurableExecution | undefined {
    return name === undefined ? undefined : this.#byName.get(name)
  }

  /** Notes one that has begun. */
  add(
    name: string = randomUUID(),
    { functionArn, eventJson, version }: Invocation,
    result: Promise<Invoked>,
  ): DurableExecution {
    const arn = `${functionArn}/durable-execution/${name}/${randomUUID()}`
    const execution = { arn, eventJson, version, result }
    this.#byName.set(name, execution)
    return execution
  }

  /** Forgets all names; those that run go on. */
  clear(): void {
    this.#byName.clear()
  }
}

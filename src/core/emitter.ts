import { channel } from 'node:diagnostics_channel'
import { summarise } from '../failures/cause.js'
import type {
  CallEvent,
  CallEventBody,
  Elsewhere,
  Emit,
  InvokedFunction,
  ObservedScope,
  Observer,
} from './events.js'
import type { Clock } from './clock.js'

/** Runs `run` inside whatever the observers put around it. */
export type Around = <T>(scope: ObservedScope, run: () => Promise<T>) => Promise<T>

/** Carries every event of every invoker in the process, for tools. */
const events = channel('resilient-lambda')

/** Those who watch, heard and held at arm's length: nothing they throw reaches a call. */
export class Observers {
  readonly #listeners: readonly Observer[]
  readonly around: Around | undefined

  constructor(observers: readonly Observer[]) {
    // One that watches an invoker and one of its chains too would hear everything twice.
    const each = [...new Set(observers)]
    this.#listeners = each.filter((observer) => observer.event)
    const wrappers = each.filter((observer) => observer.around)
    this.around = wrappers.length > 0 ? (scope, run) => wrapAll(wrappers, scope, run) : undefined
  }

  /** How one call tells its events; undefined when nobody listens. */
  emitFor(call: number, target: string, clock: Clock, invoked?: InvokedFunction): Emit | undefined {
    if (this.#listeners.length === 0 && !events.hasSubscribers) return undefined
    const startedAt = clock.now()
    const head = invoked ? { call, target, invoked } : { call, target }
    return (body: CallEventBody, elsewhere?: Elsewhere) => {
      const whom = elsewhere ? { call, target: elsewhere.name, ...invokedBy(elsewhere) } : head
      const event: CallEvent = Object.freeze({ ...whom, atMs: clock.now() - startedAt, ...body })
      for (const observer of this.#listeners) tell(observer, event)
      events.publish(event)
    }
  }
}

function invokedBy({ invoked }: Elsewhere): Pick<Elsewhere, 'invoked'> {
  return invoked ? { invoked } : {}
}

/** Tells one of them; nothing it throws, now or later, gets further. */
export function tell<E>(observer: { event?(event: E): void }, event: E): void {
  try {
    const told: unknown = observer.event?.(event)
    // An async function is taken for an observer too, and its rejection would end the process.
    if (told instanceof Promise) told.catch(complain)
  } catch (error) {
    complain(error)
  }
}

function wrapAll<T>(wrappers: readonly Observer[], scope: ObservedScope, run: () => Promise<T>): Promise<T> {
  return wrappers.reduceRight((inner, observer) => () => wrap(observer, scope, inner), run)()
}

/** The work runs exactly once and its own result counts, whatever the observer does with what it was given. */
function wrap<T>(observer: Observer, scope: ObservedScope, run: () => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined
  const once = (): Promise<T> => (running ??= begin(run))
  try {
    // Its promise rejects with the work's own error too, which the caller sees already.
    observer.around?.(scope, once).catch(ignore)
  } catch (error) {
    complain(error)
  }
  return once()
}

/** What throws at once has begun too, and must not be begun again. */
function begin<T>(run: () => Promise<T>): Promise<T> {
  try {
    return run()
  } catch (error) {
    return Promise.reject(error)
  }
}

function ignore(): void {}

let complained = false

/** Once is enough to find a broken observer, and a warning for every event would be an outage of its own. */
function complain(error: unknown): void {
  if (complained) return
  complained = true
  const { message } = summarise(error)
  process.emitWarning(`An observer threw, and was ignored: ${message}`, 'ResilientLambdaWarning')
}

import { createServer } from 'node:http'
import { InvalidSettingError } from '../../core/settings.js'
import { checkFault } from './faults/check.js'
import { FaultScript } from './faults/script.js'
import type { Fault } from './faults/types.js'
import { Listener } from './http/listener.js'
import { createRouter } from './http/router.js'
import { Lifetime, Stopped } from './lifetime.js'
import type { LocalLambda } from './local-lambda.js'
import { Log } from './log.js'
import type { ExecutionRecord, RequestRecord } from './log.js'
import type { LocalLambdaOptions } from './options.js'
import { parseOptions } from './parse-options.js'
import { LocalFunction } from './runtime/local-function.js'
import { CREDENTIALS } from './runtime/worker-variables.js'
import { Watch } from './watch.js'

/**
 * Starts a Lambda on 127.0.0.1 that runs your handlers and answers the SDK, the AWS CLI and boto3 as the real one.
 *
 * @throws {InvalidSettingError} for options that make no sense; and what `listen` throws when the port is taken.
 */
export async function startLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const { place, port, functions: settings } = parseOptions(options)
  const watch = new Watch()
  const changed = (): void => watch.changed()
  const log = new Log(changed)
  const lifetime = new Lifetime()
  const functions = new Map(settings.map((one) => [one.name, new LocalFunction(one, place, lifetime, log)]))
  const scripts = new Map(
    settings.map(
      ({ name }) => [name, new FaultScript<Fault, RequestRecord>(checkFault, `faults('${name}')`)] as const,
    ),
  )

  let running = 0
  async function track(work: Promise<unknown>): Promise<void> {
    running += 1
    try {
      await work
    } catch (error) {
      // Whatever was cut short by the end of the server has nobody left to tell.
      if (!(error instanceof Stopped)) throw error
    } finally {
      running -= 1
      changed()
    }
  }
  const inBackground = (work: Promise<unknown>): void => void track(work)

  // Never listens itself: connections come from the listener. No time limits, since only scripts may end one.
  const http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 })
  const listener = new Listener(port, lifetime, (socket) => http.emit('connection', socket), changed)
  const route = createRouter({
    place,
    functions,
    scripts,
    log,
    lifetime,
    inBackground,
    connectionOf: (socket) => listener.numberOf(socket),
  })
  http.on('request', (request, response) => {
    listener.setBusy(request.socket, true)
    response.once('close', () => listener.setBusy(request.socket, false))
    inBackground(route(request, response))
  })
  await listener.accept()
  const endpoint = `http://127.0.0.1:${listener.port}`

  const settled = (): Promise<void> => watch.until(() => running === 0)
  let stopping: Promise<void> | undefined
  async function stopAll(): Promise<void> {
    lifetime.end()
    await Promise.all([listener.stop(), ...[...functions.values()].map((fn) => fn.stop())])
    // What was cut short still cleans up after itself, such as a worker that was just being started.
    await settled()
    watch.stop()
  }

  function entriesOf<T extends RequestRecord | ExecutionRecord>(entries: readonly T[], name: string): T[] {
    const { settings } = known(functions, name)
    return entries.filter((entry) => entry.function === settings.name)
  }

  function forget(): void {
    log.clear()
    listener.faults.clear()
    for (const script of scripts.values()) script.clear()
    for (const { durableExecutions } of functions.values()) durableExecutions?.clear()
  }

  const local: LocalLambda = {
    endpoint,
    clientSettings: { endpoint, region: place.region, credentials: CREDENTIALS },
    get requests() {
      return log.requests
    },
    get executions() {
      return log.executions
    },
    get openSockets() {
      return listener.openSockets
    },
    requestsOf: (name) => entriesOf(log.requests, name),
    executionsOf: (name) => entriesOf(log.executions, name),
    faults: (name) => known(scripts, name),
    connectionFaults: listener.faults,
    refuseConnections: () => listener.refuse(),
    acceptConnections: () => listener.accept(),
    reset: forget,
    settled,
    until: (condition) => watch.until(() => condition(local)),
    stop: () => (stopping ??= stopAll()),
    [Symbol.asyncDispose]: () => local.stop(),
  }
  return local
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name)
  if (found) return found
  throw new InvalidSettingError('function', name, `one of those that run here: ${[...map.keys()].join(', ')}`)
}

import { InvalidSettingError } from '../core/settings.js'
import { createGateway } from '../http/server/gateway/gateway.js'
import { listen } from '../http/server/node/listen.js'
import type { Fn } from '../invoker/fn.js'
import { createInvoker } from '../invoker/invoker.js'
import { parseTarget } from '../invoker/target.js'
import { startLocalLambda, type LocalLambdaOptions } from '../testing/local/index.js'
import { CommandError } from './command-error.js'
import { checked } from './complaints.js'
import type { Route } from './config.js'
import { functionLog } from './function-log.js'
import { refuseUnloadable } from './loading.js'
import { refuseWithoutRegion } from './region.js'
import { Report, type ServedRoute } from './report.js'
import type { ServeOptions } from './serve-options.js'
import { stopSignal, type Terminal } from './terminal.js'

/** How long requests in flight may take once the gateway stops: no function runs longer. */
const CLOSE_TIMEOUT = '15m'

/** What must be closed in the end, the latest first. */
type Closers = (() => unknown)[]

/** Runs a gateway, and what it stands on, until a signal stops it. @throws {CommandError} where it cannot start */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<void> {
  const stop = stopSignal(terminal)
  const report = new Report(terminal, options.log)
  const closers: Closers = []
  try {
    await start(options, report, closers)
    await stop.heard
    report.note('Stopping: requests in flight are still answered. Once more stops at once.')
  } finally {
    for (const close of closers.toReversed()) await close()
    stop.forget()
  }
}

async function start(options: ServeOptions, report: Report, closers: Closers): Promise<void> {
  const { source, host, port, routes, local, verbose } = options
  const lambda = await invokerFor(options, closers)
  const functions = new Map<string, Fn<unknown, unknown>>()
  const served = await checked(source, '', () => routes.map(servedRoute))
  const gateway = await checked(source, '', () =>
    createGateway({
      ...options.options,
      routes: served.map(({ fn, format, options }) => ({ ...options, fn, format })),
      observers: [(event) => report.event(event)],
    }),
  )
  closers.push(() => gateway.close())
  if (!local) await refuseWithoutRegion([...functions.values()], options)
  const server = await listening(() => listen(gateway, { port, host, closeTimeout: CLOSE_TIMEOUT }))
  closers.push(() => server.close())
  report.started(server.url, served, verbose)

  function servedRoute(route: Route, index: number): ServedRoute {
    // One object for all routes to a function, which are one target then.
    const fn = functions.get(route.function) ?? logged(lambda(route.function))
    functions.set(route.function, fn)
    refuseMissing(fn, local, `options.routes[${index}].function`)
    return { ...route, fn }
  }

  function logged(fn: ServedRoute['fn']): ServedRoute['fn'] {
    if (!verbose && !local) return fn
    const log = functionLog(verbose ? 'whole' : 'own', (text) => report.note(text))
    return fn.logs().use(log, { after: 'timeout' })
  }
}

/** Calls functions on this machine where they are here, else in AWS. */
async function invokerFor(
  { source, local: here, invoker }: ServeOptions,
  closers: Closers,
): Promise<(name: string) => Fn<unknown, unknown>> {
  const options = here && ({ region: invoker['region'], ...here } as LocalLambdaOptions)
  const local = options && (await checked(source, 'local', () => listening(() => startLocalLambda(options))))
  if (local) closers.push(() => local.stop())
  if (options) await refuseUnloadable(options, source)
  const lambda = await checked(source, 'invoker', () =>
    createInvoker({ ...invoker, ...local?.clientSettings }),
  )
  closers.push(() => lambda.destroy())
  return lambda
}

/** @throws {InvalidSettingError} where the function would have to be here, and is not */
function refuseMissing(fn: Fn<unknown, unknown>, local: ServeOptions['local'], path: string): void {
  if (local === undefined) return
  const { functionName } = parseTarget(fn.toJSON().target)
  const name = functionName.slice(functionName.lastIndexOf(':') + 1)
  const here = Object.keys(local['functions'] ?? {})
  if (here.includes(name)) return
  throw new InvalidSettingError(path, name, `one of those that run here: ${here.join(', ')}`)
}

async function listening<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const { code, message, address, port } = error as NodeJS.ErrnoException & {
      address?: string
      port?: number
    }
    const isInUse = code === 'EADDRINUSE'
    throw new CommandError(
      isInUse
        ? `Port ${port} of ${address} is in use. Take another one, or 0 for any that is free.`
        : `Cannot listen: ${message}.`,
      1,
    )
  }
}

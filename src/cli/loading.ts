import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Lifetime } from '../testing/local/lifetime.js'
import type { LocalLambdaOptions } from '../testing/local/options.js'
import { parseOptions } from '../testing/local/parse-options.js'
import { EnvironmentPool } from '../testing/local/runtime/environment-pool.js'
import type { FunctionErrorPayload } from '../testing/local/runtime/function-errors.js'
import type { WorkerSettings } from '../testing/local/runtime/worker-main.js'
import { CommandError } from './command-error.js'
import type { Source } from './complaints.js'

/** A file and a line, as a frame of a stack trace or the head of what Node prints of a syntax error has them. */
const POSITION = /^(?: +at (?:.* \(|async )?)?((?:file:\/\/|\/|[A-Z]:\\).*?):(\d+)(?::\d+\)?)?$/m

/** As long as a function may take to start, so that this is not what the command hangs in. */
const LONGEST_CHECK_MS = 10_000

/**
 * Refuses handlers that cannot be loaded, which would show at the first request only. Each is loaded once as for an
 * invocation, and thrown away.
 *
 * @throws {CommandError} that names the function, and the line where one is known
 */
export async function refuseUnloadable(local: LocalLambdaOptions, source: Source): Promise<void> {
  const { place, functions } = parseOptions(local)
  const lifetime = new Lifetime()
  const loads = functions.flatMap((settings) => {
    const pool = new EnvironmentPool({ ...settings, coldStartMs: 0 }, place, lifetime)
    return Array.from(settings.code, async ([version, code]) => {
      const environment = pool.create(version)
      const error = await environment.start('')
      await environment.stop()
      if (error === undefined || !('moduleUrl' in code)) return undefined
      const name = version === '$LATEST' ? settings.name : `${settings.name}:${version}`
      return `The module of ${name} cannot be used: ${whyNot(error, code, source)}.`
    })
  })
  const [first] = (await Promise.all(loads)).filter((refusal) => refusal !== undefined)
  if (first !== undefined) throw new CommandError(first, 1)
}

function whyNot(error: FunctionErrorPayload, code: WorkerSettings, source: Source): string {
  const { errorType, errorMessage, trace = [] } = error
  if (errorType === 'Runtime.HandlerNotFound') {
    const setting = source === undefined ? '--export' : `"export" in ${source}`
    return `it exports no function '${code.exportName}'. Name another with ${setting}`
  }
  const isOfRuntime = /^(?:Runtime|Sandbox)\./.test(errorType)
  const said = isOfRuntime
    ? errorMessage.replace(/^RequestId: {2}Error: /, '')
    : `${errorType}: ${errorMessage}`
  const shown = errorType === 'Runtime.UserCodeSyntaxError' ? shownByNode(code, said) : trace.join('\n')
  return `${positionIn(shown)}${said.replace(/\s+/g, ' ').replace(/\.$/, '')}`
}

/** An import that fails does not tell the line; Node tells it where nobody catches the error. */
function shownByNode({ moduleUrl }: WorkerSettings, error: string): string {
  const args = ['--input-type=module', '--eval', `import ${JSON.stringify(moduleUrl)}`]
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: LONGEST_CHECK_MS })
  return stderr.includes(`\n${error}\n`) ? stderr : ''
}

function positionIn(shown: string): string {
  const [, place = '', line] = POSITION.exec(shown) ?? []
  if (line === undefined) return ''
  return `${place.startsWith('file:') ? fileURLToPath(place) : place}, line ${line}: `
}

import { statSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidSettingError } from '../core/settings.js'

type Plain = Readonly<Record<string, unknown>>

/** What is no path is refused with its reason in place of what was given. */
type Refuse = (why: string) => InvalidSettingError

/**
 * What `startLocalLambda` takes, with the handlers' modules found from `folder`.
 *
 * What has another form than it should stays as it is: that is for `startLocalLambda` to say.
 *
 * @throws {InvalidSettingError} where there is no such file
 */
export function withModules(local: Plain, folder: string): Plain {
  const { functions } = local
  return isPlain(functions)
    ? { ...local, functions: mapValues(functions, 'options.local.functions', withModule) }
    : local

  function withModule(config: unknown, path: string): unknown {
    if (!isPlain(config)) return config
    const { module, versions } = config
    return {
      ...config,
      ...(typeof module === 'string' && module !== '' && { module: found(module, `${path}.module`) }),
      ...(isPlain(versions) && { versions: mapValues(versions, `${path}.versions`, withModule) }),
    }
  }

  function found(module: string, path: string): string {
    const refuse: Refuse = (why) => refused(path, module, why)
    const file = module.startsWith('file:') ? fileOf(module, refuse) : resolve(folder, module)
    const stats = statsOf(file, refuse)
    if (stats.isDirectory()) throw refuse(`${file} is a directory`)
    if (!stats.isFile()) throw refuse(`${file} is a device or a pipe`)
    return file
  }
}

function fileOf(url: string, refuse: Refuse): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw refuse(`${url} is no URL of a file here: ${(error as Error).message}`)
  }
}

function statsOf(file: string, refuse: Refuse): Stats {
  try {
    return statSync(file)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    throw refuse(isMissing ? `there is no file ${file}` : `${file} cannot be read: ${message}`)
  }
}

function refused(path: string, given: string, why: string): InvalidSettingError {
  const allowed = 'the path or the file URL of a module'
  const error = new InvalidSettingError(path, given, allowed)
  error.message = `${path} must be ${allowed}, but ${why}.`
  return error
}

function mapValues(object: Plain, path: string, change: (value: unknown, path: string) => unknown): Plain {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, change(value, `${path}.${key}`)]),
  )
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidSettingError } from '../core/settings.js'
import { refuseWrongSyntax } from './syntax.js'

type Plain = Readonly<Record<string, unknown>>

/**
 * What `startLocalLambda` takes, with the handlers' modules found from `folder`.
 *
 * What has another form than it should stays as it is: that is for `startLocalLambda` to say.
 *
 * @throws {InvalidSettingError} where there is no such file, which would show at the first request only
 * @throws {CommandError} where it is no JavaScript
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
      ...(typeof module === 'string' && { module: found(module, `${path}.module`) }),
      ...(isPlain(versions) && { versions: mapValues(versions, `${path}.versions`, withModule) }),
    }
  }

  function found(module: string, path: string): string {
    const file = module.startsWith('file:') ? fileURLToPath(module) : resolve(folder, module)
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats) throw refused(path, module, 'the path of a module', `there is no file ${file}`)
    if (stats.isDirectory()) throw refused(path, module, 'a file', `${file} is a directory`)
    refuseWrongSyntax(file)
    return file
  }
}

function refused(path: string, given: string, allowed: string, found: string): InvalidSettingError {
  const error = new InvalidSettingError(path, given, allowed)
  error.message = `${path} must be ${allowed}, but ${found}.`
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

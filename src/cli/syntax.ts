import { spawnSync } from 'node:child_process'
import { CommandError } from './command-error.js'

/** What Node checks; it knows no others. */
const CHECKED = /\.[cm]?js$/

/**
 * Refuses a module that is no JavaScript: an import that fails does not tell the line, and Node's own check does.
 *
 * @throws {CommandError} that names the file and the line
 */
export function refuseWrongSyntax(file: string): void {
  if (!CHECKED.test(file)) return
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' })
  const line = /:(\d+)$/m.exec(stderr)?.[1]
  const message = /^SyntaxError: .*$/m.exec(stderr)?.[0]
  if (line === undefined || message === undefined) return
  throw new CommandError(`${file}, line ${line}: ${message}.`, 1)
}

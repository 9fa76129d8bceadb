import { InvalidSettingError } from '../core/settings.js'
import { CommandError } from './command-error.js'

/** The file that settings were written in; undefined where they were written as flags. */
export type Source = string | undefined

/** Which part of the settings is checked. */
export type Part = 'local' | 'invoker' | ''

/** What each flag sets, by how a message about it begins. */
const FLAGS: readonly (readonly [place: RegExp, flag: string])[] = [
  [/^routes\[0\]\.function/, '--function'],
  [/^a key of local\.functions/, '--function'],
  [/^local\.functions\.[\w-]+\.module/, '--module'],
  [/^routes\[0\]\.targetGroupArn/, '--target-group-arn'],
  [/^routes\[0\]\.healthCheck\.path/, '--health-check'],
  [/^local\.region/, '--region'],
  [/^invoker\.endpoint/, '--endpoint'],
]

/**
 * Lets a part of the settings be checked by whom it is for, and says what is wrong with it in the words of whoever
 * wrote it.
 *
 * @throws {CommandError} in place of an InvalidSettingError
 */
export async function checked<T>(source: Source, part: Part, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof InvalidSettingError ? complaintOf(error.message, part, source) : error
  }
}

function complaintOf(message: string, part: Part, source: Source): CommandError {
  // All parts speak of their own `options`, and an invoker also of its defaults and functions.
  const [, key = '', place = ''] = /^(a key of )?(?:options(?=[. ])\.?)?(.*)$/s.exec(message) ?? []
  const isAboutAll = place.startsWith(' ')
  const said = `${key}${part}${part === '' || isAboutAll ? '' : '.'}${place}`
  if (source === undefined) return new CommandError(inFlags(said), 2)
  return new CommandError(isAboutAll && part === '' ? `${source}${said}` : `${source}: ${said}`, 1)
}

function inFlags(said: string): string {
  const known = FLAGS.find(([place]) => place.test(said))
  return known ? said.replace(...known) : said
}

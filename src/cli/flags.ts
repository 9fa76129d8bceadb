import { parseArgs } from 'node:util'
import { nearestOf } from '../testing/nearest.js'
import { wrongUsage } from './command-error.js'

/** The flags of a command, as `parseArgs` takes them. */
export type Flags = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>

/** What stands after a command: its flags, and the rest in its order. */
export interface Given<F extends Flags> {
  readonly values: { readonly [Name in keyof F]?: F[Name]['type'] extends 'string' ? string : boolean }
  readonly positionals: readonly string[]
}

/** @throws {CommandError} */
export function readFlags<const F extends Flags>(args: readonly string[], flags: F): Given<F> {
  check([...args], flags)
  const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true })
  return { values, positionals }
}

/** Says in our own words what a strict `parseArgs` would refuse, and refuses what it would let pass. */
function check(args: string[], flags: Flags): void {
  const { tokens } = parseArgs({ args, options: flags, allowPositionals: true, strict: false, tokens: true })
  const given = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const type = flags[name]?.type
    if (type === undefined) throw unknown(rawName, Object.keys(flags))
    if (type === 'boolean' && value !== undefined) {
      throw wrongUsage(`${rawName} takes no value, but was given '${value}'.`)
    }
    if (type === 'string' && !value) throw wrongUsage(`${rawName} needs a value.`)
    if (type === 'string' && value?.startsWith('-') && !inlineValue) {
      throw wrongUsage(`${rawName} needs a value, but is followed by '${value}'.`)
    }
    if (given.has(name)) throw wrongUsage(`${rawName} is given twice.`)
    given.add(name)
  }
}

function unknown(rawName: string, known: readonly string[]): Error {
  const nearest = nearestOf(rawName.replace(/^-+/, ''), known).map((name) => `--${name}`)
  const hint = nearest.length > 0 ? ` Nearest: ${nearest.join(', ')}.` : ''
  return wrongUsage(`There is no flag ${rawName}.${hint}`)
}

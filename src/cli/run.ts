import { VERSION } from '../version.js'
import { CommandError, wrongUsage } from './command-error.js'
import { explain } from './explain.js'
import { readFlags } from './flags.js'
import { printable } from './printable.js'
import { serve } from './serve.js'
import { readServeOptions } from './serve-options.js'
import type { Terminal } from './terminal.js'
import { USAGE } from './usage.js'

type Command = (args: readonly string[], terminal: Terminal) => Promise<void> | void

const COMMANDS = {
  serve: async (args, terminal) => serve(await readServeOptions(args), terminal),
  explain(args, terminal) {
    const { positionals } = readFlags(args, {})
    if (positionals.length > 1)
      throw wrongUsage(`explain takes one name, but was given ${positionals.join(', ')}.`)
    terminal.stdout.write(`${explain(positionals[0])}\n`)
  },
} as const satisfies Readonly<Record<string, Command>>

/** Does what the command line asks for, and returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...others] = args
  const command = isCommand(first) ? first : undefined
  try {
    if (args.includes('--help') || args.includes('-h')) terminal.stdout.write(USAGE[command ?? 'all'])
    else if (args.includes('--version')) terminal.stdout.write(`${VERSION}\n`)
    else await COMMANDS[command ?? refuse(first)](others, terminal)
    return 0
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const hint = ['', 'resilient-lambda', command, '--help.'].filter((word) => word !== undefined).join(' ')
    terminal.stderr.write(`${printable(error.message)}${error.exitCode === 2 ? ` See${hint}` : ''}\n`)
    return error.exitCode
  }
}

function isCommand(word: string | undefined): word is keyof typeof COMMANDS {
  return word !== undefined && Object.hasOwn(COMMANDS, word)
}

function refuse(word: string | undefined): never {
  const known = Object.keys(COMMANDS).join(' and ')
  throw wrongUsage(
    word === undefined
      ? `Give a command: there are ${known}.`
      : `There is no command '${word}': there are ${known}.`,
  )
}

/** Ends a command with a message and no stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  /** 1: it cannot be done. 2: the command line is not one of ours. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command line is not one of ours; the message says what was given, and what is allowed. */
export function wrongUsage(message: string): CommandError {
  return new CommandError(message, 2)
}

import { systemClock, type Clock } from '../core/clock.js'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type OnSignal = (signal: (typeof SIGNALS)[number], number: number) => void

interface Output {
  write(text: string): unknown
}

/** Where a command writes, and what stops it: the process, or a stand-in of a test. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  on(signal: (typeof SIGNALS)[number], heard: OnSignal): unknown
  off(signal: (typeof SIGNALS)[number], heard: OnSignal): unknown
  exit(code: number): void
}

/** Ctrl-C reaches all processes of a terminal, and some that start others, such as npx, pass it on as well. */
const SAME_SIGNAL_MS = 250

/** Resolves at the first signal to stop; one more ends the process at once, until `forget` is called. */
export function stopSignal(
  terminal: Terminal,
  clock: Pick<Clock, 'now'> = systemClock,
): { readonly heard: Promise<void>; forget(): void } {
  let onSignal: OnSignal = () => {}
  const heard = new Promise<void>((resolve) => {
    let firstAt: number | undefined
    onSignal = (_signal, number) => {
      firstAt ??= clock.now()
      // As a shell reports a process that a signal has ended.
      if (clock.now() - firstAt > SAME_SIGNAL_MS) terminal.exit(128 + number)
      resolve()
    }
  })
  for (const signal of SIGNALS) terminal.on(signal, onSignal)
  return {
    heard,
    forget() {
      for (const signal of SIGNALS) terminal.off(signal, onSignal)
    },
  }
}

interface Fallible extends Output {
  on(event: 'error', heard: (error: NodeJS.ErrnoException) => void): unknown
}

/** What of a process writes, and ends. */
interface Writer {
  readonly stdout: Fallible
  readonly stderr: Fallible
  exit(code?: number): void
}

/** Ends the process once it cannot write any more. */
export function endWhereUnwritable({ stdout, stderr, exit }: Writer): void {
  stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') stderr.write(`stdout cannot be written: ${error.message}.\n`)
    end(error)
  })
  stderr.on('error', end)

  function end({ code }: NodeJS.ErrnoException): void {
    // Who reads no further, such as `head`, has seen enough: the exit code stays what it is by then.
    if (code === 'EPIPE') exit()
    else exit(1)
  }
}

type StopSignal = 'SIGINT' | 'SIGTERM'
type OnSignal = (signal: StopSignal, number: number) => void

/** Where a command writes, and what stops it: the process, or a stand-in of a test. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  on(signal: StopSignal, heard: OnSignal): unknown
  off(signal: StopSignal, heard: OnSignal): unknown
  exit(code: number): void
}

/** Resolves at the first signal to stop; a second one ends the process at once, until `forget` is called. */
export function stopSignal(terminal: Terminal): { readonly heard: Promise<void>; forget(): void } {
  const signals = ['SIGINT', 'SIGTERM'] as const
  let onSignal: OnSignal = () => {}
  const heard = new Promise<void>((resolve) => {
    let isFirst = true
    onSignal = (_signal, number) => {
      // As a shell reports a process that a signal has ended.
      if (!isFirst) terminal.exit(128 + number)
      isFirst = false
      resolve()
    }
  })
  for (const signal of signals) terminal.on(signal, onSignal)
  return {
    heard,
    forget() {
      for (const signal of signals) terminal.off(signal, onSignal)
    },
  }
}

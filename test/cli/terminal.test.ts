import { EventEmitter } from 'node:events'
import { fakeClock } from 'resilient-lambda/testing'
import { describe, expect, it } from 'vitest'
import { endWhereUnwritable, stopSignal } from '../../src/cli/terminal.js'
import { FakeTerminal } from './support.js'

describe('signals to stop', () => {
  it.each([
    ['SIGINT', 2, 130],
    ['SIGTERM', 15, 143],
  ])('are heard once; a later %s ends the process at once', async (signal, number, code) => {
    const terminal = new FakeTerminal()
    const clock = fakeClock()
    const stop = stopSignal(terminal, clock)
    terminal.interrupt()
    await stop.heard
    await clock.advance('1s')
    expect(terminal.exits).toEqual([])
    terminal.emit(signal, signal, number)
    expect(terminal.exits).toEqual([code])
  })

  it('are one signal when they come together, as from npx in a terminal', async () => {
    const terminal = new FakeTerminal()
    const clock = fakeClock()
    const stop = stopSignal(terminal, clock)
    terminal.interrupt()
    await clock.advance('250ms')
    terminal.interrupt()
    await stop.heard
    expect(terminal.exits).toEqual([])
    await clock.advance('1ms')
    terminal.interrupt()
    expect(terminal.exits).toEqual([130])
  })

  it('are nobody’s business any more once they are forgotten', () => {
    const terminal = new FakeTerminal()
    stopSignal(terminal).forget()
    expect(terminal.listenerCount('SIGINT') + terminal.listenerCount('SIGTERM')).toBe(0)
  })
})

describe('a stream that cannot be written', () => {
  class Stream extends EventEmitter {
    text = ''
    write(text: string): void {
      this.text += text
    }
  }

  function failing(stream: 'stdout' | 'stderr', code: string) {
    const stdout = new Stream()
    const stderr = new Stream()
    const exits: (number | undefined)[] = []
    endWhereUnwritable({ stdout, stderr, exit: (exitCode) => void exits.push(exitCode) })
    const error = Object.assign(new Error(`${code}: no way, write`), { code })
    ;({ stdout, stderr })[stream].emit('error', error)
    return { exits, out: stdout.text, err: stderr.text }
  }

  it.each(['stdout', 'stderr'] as const)('has a reader who has gone: %s', (stream) => {
    // With no code of its own, the exit keeps the one that the command has by then.
    expect(failing(stream, 'EPIPE')).toEqual({ exits: [undefined], out: '', err: '' })
  })

  it('is a failure otherwise, which stderr tells of stdout', () => {
    const err = 'stdout cannot be written: ENOSPC: no way, write.\n'
    expect(failing('stdout', 'ENOSPC')).toEqual({ exits: [1], out: '', err })
    expect(failing('stderr', 'ENOSPC')).toEqual({ exits: [1], out: '', err: '' })
  })
})

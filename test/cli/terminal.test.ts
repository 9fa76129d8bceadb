import { fakeClock } from 'resilient-lambda/testing'
import { describe, expect, it } from 'vitest'
import { stopSignal } from '../../src/cli/terminal.js'
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

import { describe, expect, it, vi } from 'vitest'
import { Places } from '../../../src/core/cells/places.js'

describe('places', () => {
  it('are as many as allowed', () => {
    const places = new Places(2, 0)
    expect([places.take(), places.take(), places.take()]).toEqual([true, true, false])
    expect(places.inFlight).toBe(2)
    places.leave()
    expect(places.inFlight).toBe(1)
    expect(places.take()).toBe(true)
    expect(places).toMatchObject({ concurrency: 2, queueLimit: 0 })
  })

  it('go to those who wait, first come first served, without ever being free', () => {
    const places = new Places(1, 2)
    places.take()
    const order: string[] = []
    places.join(() => order.push('first'))
    places.join(() => order.push('second'))
    expect(places.queued).toBe(2)
    places.leave()
    expect(order).toEqual(['first'])
    expect(places).toMatchObject({ inFlight: 1, queued: 1 })
    expect(places.take()).toBe(false)
    places.leave()
    expect(order).toEqual(['first', 'second'])
    expect(places).toMatchObject({ inFlight: 1, queued: 0 })
    places.leave()
    expect(places.inFlight).toBe(0)
  })

  it('have a queue of bounded length', () => {
    const places = new Places(1, 1)
    places.take()
    expect(places.join(vi.fn())).toBeTypeOf('function')
    const refused = vi.fn()
    expect(places.join(refused)).toBeUndefined()
    places.leave()
    places.leave()
    expect(refused).not.toHaveBeenCalled()
    expect(new Places(1, 0).join(vi.fn())).toBeUndefined()
  })

  it('pass over who has left the queue', () => {
    const places = new Places(1, 2)
    places.take()
    const [gone, there] = [vi.fn(), vi.fn()]
    places.join(gone)?.()
    places.join(there)
    expect(places.queued).toBe(1)
    places.leave()
    expect(gone).not.toHaveBeenCalled()
    expect(there).toHaveBeenCalledOnce()
  })

  it('may be forgotten when nobody has one', () => {
    const places = new Places(1, 1)
    expect(places.idle()).toBe(true)
    places.take()
    expect(places.idle()).toBe(false)
    places.leave()
    expect(places.idle()).toBe(true)
  })
})

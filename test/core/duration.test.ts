import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/core/duration.js'

describe('a duration', () => {
  it.each([
    [0, 0],
    [250, 250],
    [1.5, 1.5],
    ['0ms', 0],
    ['250ms', 250],
    ['2s', 2_000],
    ['1.5s', 1_500],
    ['2 s', 2_000],
    ['250 ms', 250],
    ['1.5m', 90_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['0.25h', 900_000],
  ])('%j is %d ms', (given, ms) => {
    expect(parseDuration(given)).toBe(ms)
  })

  it.each([
    [-1],
    [Number.NaN],
    [Infinity],
    [-Infinity],
    ['2'],
    ['s'],
    ['-2s'],
    ['+2s'],
    ['.5s'],
    ['2.s'],
    ['2  s'],
    ['2\ts'],
    [' 2s'],
    ['2s '],
    ['2sec'],
    ['2S'],
    ['2d'],
    ['1e3ms'],
    ['x2s'],
    [`${'9'.repeat(400)}h`],
    [''],
    [null],
    [undefined],
    [true],
    [2n],
    [['2s']],
    [{}],
  ])('%s is none', (given) => {
    expect(parseDuration(given)).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { load } from './load.js'

type Numbers = readonly number[]

interface Target {
  readonly what: string
  readonly met: boolean | undefined
}
type MakeTarget = (what: string, value: number | undefined, limit: number, unit?: string) => Target

const { differences, factor, median, quantile } = await load<{
  differences: (values: Numbers, others: Numbers) => number[]
  factor: (values: Numbers | undefined, others: Numbers | undefined) => number | undefined
  median: (values: Numbers) => number
  quantile: (values: Numbers, share: number) => number
}>('harness/statistics.mjs')
const { aligned, figure, spread } = await load<{
  aligned: (lines: readonly (readonly string[])[]) => string
  figure: (value: number | undefined) => string
  spread: (values: Numbers | undefined) => string
}>('report/table.mjs')
const { atLeast, atMost, targetLines } = await load<{
  atLeast: MakeTarget
  atMost: MakeTarget
  targetLines: (targets: readonly Target[]) => string[][]
}>('report/targets.mjs')
const { page, sectionText } = await load<{
  page: (sections: readonly object[], run: { machine: readonly string[]; rounds: number }) => string
  sectionText: (section: object) => string
}>('report/page.mjs')
const { throughput } = await load<{ throughput: (series: object) => string }>('report/throughput.mjs')

describe('the statistics', () => {
  it('find the median between the two in the middle, in any order', () => {
    expect(median([9, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([7])).toBe(7)
  })

  it('find quartiles between values, and leave these as they are', () => {
    const values = [50, 10, 40, 20, 30]
    expect(quantile(values, 0.25)).toBe(20)
    expect(quantile(values, 0.75)).toBe(40)
    expect(quantile([1, 2], 0.25)).toBe(1.25)
    expect(values).toEqual([50, 10, 40, 20, 30])
  })

  it('compare round by round, so that a slow round counts for both', () => {
    expect(differences([3, 30, 5], [1, 10, 2])).toEqual([2, 20, 3])
    expect(factor([2, 200, 6], [1, 100, 2])).toBe(2)
  })

  it('know no factor where one side was not measured', () => {
    expect(factor(undefined, [1])).toBeUndefined()
    expect(factor([1], undefined)).toBeUndefined()
  })
})

describe('figures', () => {
  it.each([
    [0.1234, '0.12'],
    [12.345, '12.3'],
    [123.45, '123'],
    [12_345.6, '12,346'],
    [-4.5, '-4.50'],
    [-0.001, '0.00'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('%s is written %s', (value, written) => {
    expect(figure(value)).toBe(written)
  })

  it('stand with their quartiles', () => {
    expect(spread([5, 1, 4, 2, 3])).toBe('3.00 (2.00 to 4.00)')
    expect(spread(undefined)).toBe('–')
  })

  it('stand in columns', () => {
    expect(
      aligned([
        ['', 'µs'],
        ['bare', '1'],
      ]),
    ).toBe('|      | µs  |\n| ---- | --- |\n| bare | 1   |\n')
  })
})

describe('targets', () => {
  it('are met at the limit itself, and not beyond it', () => {
    expect([1, 1.01].map((value) => atMost('time', value, 1).met)).toEqual([true, false])
    expect([3, 2.99].map((value) => atLeast('throughput', value, 3).met)).toEqual([true, false])
  })

  it('that nothing was measured for are neither met nor missed', () => {
    expect(atMost('time', undefined, 1).met).toBeUndefined()
    expect(atLeast('throughput', Number.NaN, 3).met).toBeUndefined()
  })

  it('are written with the figure, the limit and the verdict', () => {
    const targets = [
      atMost('time', 0.5, 1, ' µs'),
      atLeast('throughput', 2, 3, ' ×'),
      atMost('lean', undefined, 5),
    ]
    expect(targetLines(targets).slice(1)).toEqual([
      ['time', '≤ 1 µs', '0.50 µs', 'met'],
      ['throughput', '≥ 3 ×', '2.00 ×', '**not met**'],
      ['lean', '≤ 5', '–', 'not measured'],
    ])
  })
})

describe('the page', () => {
  const section = {
    title: 'A part',
    about: 'What it measures, against what.',
    notes: ['What else is to be known.'],
    tables: [
      [
        ['', 'µs'],
        ['ours', '1.00'],
      ],
    ],
    targets: [atMost('time', 1, 1), atMost('memory', 2, 1)],
  }

  it('has each part with what it measures, its tables and its targets, in this order', () => {
    expect(sectionText(section)).toBe(`## A part

What it measures, against what.

What else is to be known.

|      | µs   |
| ---- | ---- |
| ours | 1.00 |

| target | is  | measured |             |
| ------ | --- | -------- | ----------- |
| time   | ≤ 1 | 1.00     | met         |
| memory | ≤ 1 | 2.00     | **not met** |
`)
  })

  it('says what it ran on, how many targets are met, and shows the drawing', () => {
    const text = page([section, section], { machine: ['a machine', 'versions'], rounds: 15 })
    expect(text).toContain('- a machine\n- versions\n- 2 of 4 targets are met.\n')
    expect(text).toContain('medians of 15 rounds')
    expect(text).toContain('](throughput.svg)')
    expect(text.match(/^## A part$/gm)).toHaveLength(2)
  })
})

describe('the drawing of the throughput', () => {
  const series = {
    levels: [1, 256],
    contenders: [
      { name: 'SDK', factors: [1, 1] },
      { name: 'ours', factors: [2, 4] },
    ],
  }
  const drawn = throughput(series)
  const bars = [...drawn.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)]
    .map(([, y, width, height]) => ({ y: Number(y), width: Number(width), height: Number(height) }))
    .filter(({ width }) => width !== 12)

  it('has a bar for each contender at each level, as high as its factor', () => {
    expect(bars.map(({ height }) => height)).toEqual([60, 120, 60, 240])
    expect(bars.map(({ y, height }) => y + height)).toEqual([240, 240, 240, 240])
  })

  it('writes names, levels and factors', () => {
    const words = [...drawn.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, word]) => word)
    expect(words).toEqual(expect.arrayContaining(['SDK', 'ours', '1 in flight', '256 in flight', '4.00']))
  })

  it('has colours for dark backgrounds and fetches nothing', () => {
    expect(drawn).toContain('@media (prefers-color-scheme: dark)')
    expect(drawn.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|@import|url\(/)
  })
})

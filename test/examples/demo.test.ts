import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolve } from 'node:path'
import { callOne, type Invocation } from '../../examples/demo/call-one.js'
import { readOptions, WrongUsage } from '../../examples/demo/options.js'
import { environmentOf, run } from '../../examples/stage.js'
import { startLocalLambda, type LocalLambda } from 'resilient-lambda/testing'
import { compileExamples, type Compiled } from './compile.js'

let compiled: Compiled
let local: LocalLambda
beforeAll(async () => {
  compiled = await compileExamples()
  local = await startLocalLambda({ functions: { echo: (event) => event } })
})
afterAll(() => Promise.all([compiled.remove(), local.stop()]))

function main(...args: readonly string[]): ReturnType<typeof run> {
  return run([resolve(compiled.folder, 'demo/main.js'), ...args], environmentOf(local))
}

const COLUMNS = ['calls', 'answered', 'fallback', 'failed', 'attempts', 'executions']

/** The numbers of the summary, by function and column. */
function rowsOf(summary: string): Record<string, Record<string, number>> {
  const lines = summary.split('\n').map((line) => line.trim().split(/\s+/))
  return Object.fromEntries(
    lines.map(([name = '', ...cells]) => [
      name,
      Object.fromEntries(COLUMNS.map((column, index) => [column, Number(cells[index])])),
    ]),
  )
}

describe('the demo', () => {
  it('plays to its end, plain when piped, and sums up what the server counted', async () => {
    const { exitCode, stdout, stderr } = await main()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).not.toContain('\u001B')
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)

    const summary = stdout.slice(stdout.indexOf('Summary'))
    expect(rowsOf(summary)).toMatchObject({
      quote: { calls: 22, answered: 21, failed: 1, attempts: 24, executions: 22 },
      resize: { calls: 4, answered: 3, failed: 1, attempts: 5, executions: 5 },
      report: { calls: 2, answered: 0, failed: 2, attempts: 2, executions: 2 },
      charge: { calls: 4, answered: 2, failed: 2, attempts: 6, executions: 5 },
      search: { calls: 30, answered: 30, failed: 0, attempts: 41, executions: 30 },
      stock: { calls: 44, answered: 3, failed: 41, executions: 3 },
      recommend: { calls: 3, answered: 1, fallback: 2, failed: 0, attempts: 3, executions: 2 },
      all: { calls: 109, answered: 60, fallback: 2, failed: 47, executions: 69 },
    })
    expect(summary).toMatch(/repeats refused because the function may have run +2\n/)
    expect(summary).toMatch(/attempts let go while the function may have been running +2\n/)
    expect(summary).toMatch(/circuit openings +[12]\n/)
    expect(summary).toMatch(/ordinary calls that ran more than once +0 of 31\n/)
    expect(summary).toMatch(/executions for one call of the bare SDK +3\n/)
  }, 40_000)
})

describe('one call', () => {
  it('prints the answer, and its story beside', async () => {
    const { exitCode, stdout, stderr } = await main('--function', 'echo', '--payload', '{"sku":"A1"}')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ sku: 'A1' })
    expect(stderr).toMatch(/#1 {2}echo .* attempt 1 {2}✓ answered/)
  })

  it('prints what went wrong and the plan, and fails', async () => {
    const { exitCode, stdout, stderr } = await main('--function', 'nobody', '--deadline', '2s')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/"nobody" failed: ResourceNotFoundException/)
    expect(stderr).toMatch(/nobody, not idempotent\n(.*\n)* {2}deadline +2 s for the whole call\n/)
  })

  it('asks in the region that it is given', async () => {
    const { stderr } = await main('--function', 'nobody', '--region', 'eu-west-3')
    expect(stderr).toContain('ResourceNotFoundException')
    expect(local.requests.at(-1)?.headers['authorization']).toContain('/eu-west-3/lambda/')
  })
})

describe('the command line', () => {
  it('helps', async () => {
    const { exitCode, stdout } = await main('--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('--function NAME')
  })

  it('refuses what is not right, says so, and shows where to look', async () => {
    const { exitCode, stdout, stderr } = await main('--functoin', 'quote')
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toBe("Unknown option '--functoin'. See --help.\n")
  })

  it.each([
    [['quote'], /^Unexpected argument 'quote'\./],
    [['--function'], /--function <value>' argument missing\.$/],
    [['--payload', '1'], /^--payload needs --function NAME\.$/],
    [['--function', 'echo', '--payload', '{sku:1}'], /^--payload must be JSON, but was '\{sku:1\}'/],
  ])('refuses %j with the reason', (args, reason) => {
    expect(() => readOptions(args)).toThrow(WrongUsage)
    expect(() => readOptions(args)).toThrow(reason)
  })

  it.each([
    [['--function', 'echo', '--deadline', 'soon'], /^--deadline must be a duration/],
    [['--function', 'no such name'], /^--function must be a function's name/],
    [['--function', 'echo', '--region', ''], /^--region must be/],
  ])('refuses %j before anything is sent', async (args, reason) => {
    const calling = callOne(readOptions(args) as Invocation)
    await expect(calling).rejects.toThrow(WrongUsage)
    await expect(calling).rejects.toThrow(reason)
  })
})

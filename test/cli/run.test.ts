import { describe, expect, it } from 'vitest'
import { VERSION } from '../../src/version.js'
import { CATALOGUE } from 'resilient-lambda'
import { SERVE_FLAGS } from '../../src/cli/serve-options.js'
import { REFUSED_REQUESTS } from '../../src/http/server/refused-requests.js'
import { ran } from './support.js'

describe('the command line', () => {
  it('lists its commands for --help, with or without one', async () => {
    const help = await ran('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toMatch(/^ {2}resilient-lambda serve \[FILE\]/m)
    expect(help.out).toMatch(/^ {2}resilient-lambda explain \[NAME\]/m)
    expect(await ran('-h')).toEqual(help)
  })

  it.each([['serve'], ['explain']])('has help of its own for %s, whatever else is given', async (command) => {
    const help = await ran(command, '--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain(`resilient-lambda ${command} `)
    expect(help.out).not.toBe((await ran('--help')).out)
    expect(await ran(command, '--nonsense', '-h')).toEqual(help)
  })

  it('describes every flag of serve, and no other', async () => {
    const { out } = await ran('serve', '--help')
    const described = Array.from(out.matchAll(/^ {2}--([\w-]+)/gm), ([, name]) => name)
    expect(new Set(described)).toEqual(new Set(Object.keys(SERVE_FLAGS)))
  })

  it('prints the version of the package', async () => {
    const version = { code: 0, out: `${VERSION}\n`, err: '' }
    expect(await ran('--version')).toEqual(version)
    expect(await ran('serve', '--version')).toEqual(version)
  })

  it.each([
    [[], 'Give a command: there are serve and explain. See resilient-lambda --help.\n'],
    [['sevre'], "There is no command 'sevre': there are serve and explain. See resilient-lambda --help.\n"],
    [
      ['toString'],
      "There is no command 'toString': there are serve and explain. See resilient-lambda --help.\n",
    ],
  ])('refuses %j', async (args, err) => {
    expect(await ran(...args)).toEqual({ code: 2, out: '', err })
  })
})

describe('explain', () => {
  it('prints what the catalogue says of a code', async () => {
    const { means, advice } = CATALOGUE.AttemptTimedOut
    const lines = [
      'AttemptTimedOut (transient)',
      `  means    ${means}`,
      `  advice   ${advice}`,
      '  ran      maybe',
      '  retry    soon',
      '  breaker  failure',
      '  answer   504 AttemptTimedOut',
    ]
    const explained = { code: 0, out: `${lines.join('\n')}\n`, err: '' }
    expect(await ran('explain', 'AttemptTimedOut')).toEqual(explained)
    expect(await ran('explain', 'attempttimedout')).toEqual(explained)
  })

  it('says that what a function answers itself is passed on', async () => {
    expect((await ran('explain', 'HttpServiceUnavailable')).out).toMatch(
      /^ {2}answer {3}the function's own$/m,
    )
  })

  it('knows the reasons of the log too, with the failures that lead to each', async () => {
    const codes = ['TooManyRequestsException', 'ThrottlingException', 'Throttled']
    const explained = { code: 0, out: `LambdaThrottling\n  503  ${codes.join(', ')}\n`, err: '' }
    expect(await ran('explain', 'LambdaThrottling')).toEqual(explained)
    expect(await ran('explain', 'LAMBDATHROTTLING')).toEqual(explained)
  })

  it('has a line for each status that a reason comes with', async () => {
    const { out } = await ran('explain', 'lambdaconnectionerror')
    expect(out).toMatch(
      /^LambdaConnectionError\n {2}502 {2}ConnectionReset, .*\n {2}504 {2}HostNotFound, .*\n$/,
    )
    expect((await ran('explain', 'LambdaBadRequest')).out).toMatch(
      /^LambdaBadRequest\n {2}400 {2}The headers of the request are not UTF-8\.\n {2}502 {2}.*\n$/,
    )
  })

  it('knows every reason that failures have', async () => {
    const answers = await Promise.all(
      Object.keys(CATALOGUE).map(
        async (code) => /answer {3}\d+ (.*)/.exec((await ran('explain', code)).out)?.[1],
      ),
    )
    const reasons = [...new Set(answers.filter((reason) => reason !== undefined))]
    expect(reasons.length).toBeGreaterThan(30)
    const explained = await Promise.all(reasons.map((reason) => ran('explain', reason)))
    expect(explained.map(({ out }) => out.split(/[ \n]/)[0])).toEqual(reasons)
  })

  it('knows every reason to refuse a request, in whatever case', async () => {
    const refused = Object.entries(REFUSED_REQUESTS)
    const explained = await Promise.all(refused.map(([reason]) => ran('explain', reason.toLowerCase())))
    const lines = refused.map(([reason, [status, message]]) => [reason, `  ${status}  ${message}`])
    expect(explained.map(({ out }) => out.split('\n').slice(0, 2))).toEqual(lines)
  })

  it('lists every code under its kind', async () => {
    const { code, out } = await ran('explain')
    expect(code).toBe(0)
    const kinds = out.trim().split('\n\n')
    const listed = kinds.flatMap((block) => {
      const [kind, ...codes] = block.split('\n')
      return codes.map((code) => [code.trim(), kind])
    })
    const known = Object.entries(CATALOGUE).map(([code, { kind }]) => [code, kind])
    expect(listed).toHaveLength(known.length)
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(known))
  })

  it.each([
    ['CircutOpen', 'CircuitOpen'],
    ['lambdatrottling', 'LambdaThrottling'],
    ['NoRoot', 'NoRoute'],
    ['toString', ''],
  ])('says which codes and reasons are near %s', async (given, nearest) => {
    const { code, out, err } = await ran('explain', given)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(
      new RegExp(
        `^There is no code or reason '${given}'\\. Nearest: ${nearest}[^\\n]*\\. See resilient-lambda explain --help\\.\\n$`,
      ),
    )
  })

  it.each([
    [['CircuitOpen', 'Aborted'], 'explain takes one name, but was given CircuitOpen, Aborted.'],
    [['--all'], 'There is no flag --all.'],
  ])('refuses %j', async (args, message) => {
    const err = `${message} See resilient-lambda explain --help.\n`
    expect(await ran('explain', ...args)).toEqual({ code: 2, out: '', err })
  })
})

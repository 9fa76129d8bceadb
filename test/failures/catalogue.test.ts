import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { CATALOGUE, type FailureCode } from '../../src/failures/catalogue.js'
import type { Verdict } from '../../src/failures/verdict.js'

const rows = Object.entries(CATALOGUE) as [FailureCode, Verdict][]
const sdk = join(dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-lambda')), '..')

/** The exceptions that the installed SDK says a command can throw. */
function declaredBy(command: string): string[] {
  const text = readFileSync(join(sdk, 'dist-types', 'commands', `${command}.d.ts`), 'utf8')
  return [...text.matchAll(/@throws \{@link (\w+)\} \((?:client|server) fault\)/g)].map(([, name]) =>
    String(name),
  )
}

function missingFromCatalogue(names: readonly string[]): string[] {
  return names.filter((name) => !Object.hasOwn(CATALOGUE, name))
}

describe('the catalogue and the installed SDK', () => {
  test.each(['InvokeCommand', 'InvokeWithResponseStreamCommand'])(
    'every exception of %s has a row',
    (command) => {
      const declared = declaredBy(command)
      expect(declared).toContain('TooManyRequestsException')
      expect(declared.length).toBeGreaterThan(25)
      expect(
        missingFromCatalogue(declared),
        'exceptions without a row in src/failures/catalogue/service.ts',
      ).toEqual([])
    },
  )

  it('names an exception that has no row', () => {
    const declared = [...declaredBy('InvokeCommand'), 'BrandNewException']
    expect(missingFromCatalogue(declared)).toEqual(['BrandNewException'])
  })
})

describe('each row', () => {
  test.each(rows)('%s says in one sentence what happened, and in one what to do', (_, { means, advice }) => {
    expect(means).toMatch(/^[A-Z][^\n]{10,120}\.$/)
    expect(advice).toMatch(/^[A-Z][^\n]{3,120}\.$/)
  })

  test.each(rows)('%s cannot be changed by those who share it', (_, row) => {
    expect(Object.isFrozen(row)).toBe(true)
  })

  it('speaks against the function only when service, network, time or a crash failed', () => {
    const accused = rows.filter(([, row]) => row.breaker === 'failure').map(([, row]) => row.kind)
    // SnapStartException is a crash in the function's own start-up hook.
    expect(new Set(accused)).toEqual(new Set(['transient', 'function', 'config']))
    const config = rows.filter(([, row]) => row.kind === 'config' && row.breaker === 'failure')
    expect(config.map(([code]) => code)).toEqual(['SnapStartException'])
    expect(CATALOGUE.FunctionError.breaker).toBe('ignore')
  })

  it('that is a throttle, a starting function or a wrong request did not run', () => {
    const refused = rows.filter(([, row]) =>
      ['throttle', 'starting', 'request', 'permission'].includes(row.kind),
    )
    const ran = refused.filter(([, row]) => row.ran !== 'no')
    // A 429 that the function itself answered is the one throttle that is not Lambda's.
    expect(ran.map(([code]) => code)).toEqual(['HttpTooManyRequests'])
  })

  it('that is a throttle or a starting function asks for a longer wait', () => {
    const waiting = rows.filter(([, row]) => row.kind === 'throttle' || row.kind === 'starting')
    expect(waiting.filter(([, row]) => row.retry !== 'later')).toEqual([])
  })

  it('that is a refusal of this library is never repeated by it', () => {
    const local = rows.filter(([, row]) => row.kind === 'local')
    expect(local.filter(([, row]) => row.retry !== 'never' || row.breaker !== 'ignore')).toEqual([])
  })

  test.each<[FailureCode, string]>([
    ['TooManyRequestsException', 'throttle later no ignore'],
    ['ServiceException', 'transient soon maybe failure'],
    ['KMSAccessDeniedException', 'config never no ignore'],
    ['EC2UnexpectedException', 'transient soon no failure'],
    ['SnapStartNotReadyException', 'starting later no ignore'],
    ['ResourceNotFoundException', 'request never no ignore'],
    ['EFSIOException', 'transient soon maybe failure'],
    ['AccessDeniedException', 'permission never no ignore'],
    ['ExpiredTokenException', 'permission soon no ignore'],
    ['InvalidSignatureException', 'permission never no ignore'],
    ['ClockSkew', 'permission soon no ignore'],
    ['BadGateway', 'transient soon maybe failure'],
    ['ConnectionRefused', 'transient soon no failure'],
    ['ConnectionReset', 'transient soon maybe failure'],
    ['ResponseCut', 'transient soon yes failure'],
    ['CertificateRejected', 'config never no ignore'],
    ['CredentialsUnavailable', 'permission soon no ignore'],
    ['FunctionError', 'function soon yes ignore'],
    ['Sandbox.Timedout', 'function soon yes failure'],
    ['Runtime.ExitError', 'function soon maybe failure'],
    ['Runtime.OutOfMemory', 'function never maybe failure'],
    ['Runtime.ImportModuleError', 'function never no failure'],
    ['Function.ResponseSizeTooLarge', 'function never yes ignore'],
    ['DeadlineExceeded', 'local never maybe ignore'],
    ['AttemptTimedOut', 'transient soon maybe failure'],
    ['AttemptOvertaken', 'local never maybe ignore'],
    ['CircuitOpen', 'local never no ignore'],
    ['PayloadTooLarge', 'request never no ignore'],
    ['ReplyNotDecodable', 'response never yes ignore'],
    ['ReplyInvalid', 'response never yes ignore'],
    ['Aborted', 'local never maybe ignore'],
    ['OperationFailed', 'transient soon maybe failure'],
    ['UnknownError', 'local never maybe ignore'],
  ])('%s is %s', (code, expected) => {
    const { kind, retry, ran, breaker } = CATALOGUE[code]
    expect([kind, retry, ran, breaker].join(' ')).toBe(expected)
  })
})

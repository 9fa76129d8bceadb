import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { folderOf, ran, takenPort } from './support.js'

describe('a function in AWS', () => {
  const AT_HOME = {
    AWS_REGION: '',
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  }

  function stubEnv(variables: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries({ ...AT_HOME, ...variables })) {
      vi.stubEnv(name, value === '' ? undefined : value)
    }
    onTestFinished(() => void vi.unstubAllEnvs())
  }

  it('is refused at the start where nothing says in which region it is', async () => {
    stubEnv({})
    const help = 'or its ARN, or set AWS_REGION or the region of a profile.\n'
    expect(await ran('serve', '--function', 'orders')).toEqual({
      code: 1,
      out: '',
      err: `The region of orders is not known: give --region ${help}`,
    })
    const folder = await folderOf({ 'gateway.json': { routes: [{ function: 'orders' }] } })
    const file = join(folder, 'gateway.json')
    expect(await ran('serve', file)).toEqual({
      code: 1,
      out: '',
      err: `The region of orders is not known: give invoker.region in ${file} ${help}`,
    })
  })

  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['its ARN', {}, ['--function', 'arn:aws:lambda:eu-west-1:123456789012:function:orders']],
    ['--region', {}, ['--function', 'orders', '--region', 'eu-west-1']],
    ['the environment', { AWS_REGION: 'eu-west-1' }, ['--function', 'orders']],
  ])('may have its region from %s', async (_, variables, flags) => {
    stubEnv(variables)
    const port = String(await takenPort())
    // It gets as far as the port.
    expect((await ran('serve', ...flags, '--port', port)).err).toMatch(
      /^Port \d+ of 127\.0\.0\.1 is in use\. /,
    )
  })
})

describe('a place to listen', () => {
  const ORDERS = ['--function', 'orders', '--region', 'eu-west-1']

  it('is refused when somebody else is there', async () => {
    const port = await takenPort()
    const err = `Port ${port} of 127.0.0.1 is in use. Take another one, or 0 for any that is free.\n`
    expect(await ran('serve', ...ORDERS, '--port', String(port))).toEqual({
      code: 1,
      out: '',
      err,
    })
  })

  it('is refused when it is none', async () => {
    const { code, out, err } = await ran('serve', ...ORDERS, '--host', '192.0.2.1', '--port', '0')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^Cannot listen: .*EADDRNOTAVAIL.*192\.0\.2\.1/)
  })
})

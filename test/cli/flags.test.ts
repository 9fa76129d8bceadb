import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readServeOptions } from '../../src/cli/serve-options.js'
import { folderOf, HANDLER, ran } from './support.js'

const GATEWAY = { routes: [{ function: 'orders' }] }
const EVENT_REQUEST = {
  method: 'GET',
  path: '/',
  query: '',
  headers: [],
  body: undefined,
  origin: { address: '192.0.2.1', protocol: 'http', port: 80 },
  id: '00000000-0000-0000-0000-000000000000',
  receivedMs: 0,
} as const

describe('the flags of serve', () => {
  it('stand for a file with one route for everything', async () => {
    const arn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/00000000000000aa'
    const flags = [
      '--function',
      'orders:live',
      '--region',
      'eu-west-1',
      '--endpoint',
      'http://localhost:4566',
    ]
    const limits = ['--deadline', '5s', '--idempotent', '--health-check', '/health']
    const format = ['--multi-value-headers', '--target-group-arn', arn]
    const place = ['--port', '0', '--host', '::1', '--log', 'json', '--verbose']
    const { routes, ...options } = await readServeOptions([...flags, ...limits, ...format, ...place])
    expect(options).toEqual({
      source: undefined,
      port: 0,
      host: '::1',
      log: 'json',
      verbose: true,
      local: undefined,
      invoker: {
        region: 'eu-west-1',
        endpoint: 'http://localhost:4566',
        defaults: { deadline: '5s', idempotent: true },
      },
      options: {},
    })
    const [route, ...others] = routes
    expect(others).toEqual([])
    expect(route).toMatchObject({
      function: 'orders:live',
      formatName: 'alb',
      options: { healthCheck: { path: '/health' } },
    })
    expect(route?.format.encode(EVENT_REQUEST)).toMatchObject({
      requestContext: { elb: { targetGroupArn: arn } },
      multiValueHeaders: {},
    })
  })

  it('leave everything that was not given to the defaults', async () => {
    const { routes, ...options } = await readServeOptions(['--function', 'orders'])
    const invoker = { defaults: {} }
    const place = { port: 8080, host: '127.0.0.1', source: undefined, log: 'text', verbose: false }
    expect(options).toEqual({ ...place, invoker, local: undefined, options: {} })
    expect(routes).toMatchObject([{ function: 'orders', formatName: 'alb', options: {} }])
  })

  it('check the health as fits development', async () => {
    const { routes } = await readServeOptions(['--function', 'orders', '--health-check', '/health'])
    const healthCheck = {
      path: '/health',
      interval: '5s',
      timeout: '5s',
      healthyThreshold: 1,
      unhealthyThreshold: 2,
    }
    expect(routes).toMatchObject([{ options: { healthCheck } }])
  })

  it.each([
    ['alb', 'alb'],
    ['api-gateway-v1', 'apiGatewayV1'],
    ['api-gateway-v2', 'apiGatewayV2'],
    ['function-url', 'functionUrl'],
  ])('choose the format %s', async (given, name) => {
    const { routes } = await readServeOptions(['--function', 'orders', '--format', given])
    expect(routes.map(({ format }) => format.name)).toEqual([name])
  })

  it('run a module under its own name, found from the working directory', async () => {
    const module = 'examples/gateway/hello.mjs'
    const own = ['--export', 'main', '--timeout', '90s']
    const { local, routes } = await readServeOptions(['--module', module, ...own])
    const hello = { module: resolve(module), export: 'main', timeout: '90s' }
    expect(local).toEqual({ functions: { hello } })
    expect(routes).toMatchObject([{ function: 'hello' }])
  })

  it('run a module under another name, where one is given', async () => {
    const folder = await folderOf({ 'my handler.mjs': HANDLER })
    const module = join(folder, 'my handler.mjs')
    expect((await readServeOptions(['--module', module])).routes).toMatchObject([{ function: 'my-handler' }])
    const { local } = await readServeOptions(['--module', module, '--function', 'orders'])
    expect(local).toEqual({ functions: { orders: { module } } })
  })

  it('say where and how much is told, beside a file too', async () => {
    const folder = await folderOf({ 'gateway.json': { ...GATEWAY, port: 3000, host: 'localhost' } })
    const file = join(folder, 'gateway.json')
    const said = { port: 3000, host: 'localhost', log: 'text', verbose: false }
    expect(await readServeOptions([file])).toMatchObject(said)
    const told = ['--port=4000', '--host', '::1', '--log=json', '--verbose']
    const wanted = { port: 4000, host: '::1', log: 'json', verbose: true }
    expect(await readServeOptions([...told, file])).toMatchObject(wanted)
  })

  it('run a module under the part of its name that a function may have', async () => {
    const folder = await folderOf({ [`${'a'.repeat(70)}.mjs`]: HANDLER })
    const { routes } = await readServeOptions(['--module', join(folder, `${'a'.repeat(70)}.mjs`)])
    expect(routes).toMatchObject([{ function: 'a'.repeat(64) }])
  })

  const MODULE = 'examples/gateway/hello.mjs'
  const LONGER = `${'a'.repeat(300)}.mjs`
  it.each<[string[], string]>([
    [[], 'serve needs a file such as gateway.json, or --function NAME, or --module FILE.'],
    [['a.json', 'b.json'], 'serve takes one file, but was given a.json, b.json.'],
    [['--prot', '1'], 'There is no flag --prot. Nearest: --port, '],
    [['--fromat=alb'], 'There is no flag --fromat. Nearest: --format, '],
    [['--constructor'], 'There is no flag --constructor. Nearest: '],
    [['-p', '1'], 'There is no flag -p. Nearest: --port, '],
    [['--port'], '--port needs a value.'],
    [['--host='], '--host needs a value.'],
    [['--port', '--function', 'a'], "--port needs a value, but is followed by '--function'."],
    [['--idempotent=yes'], "--idempotent takes no value, but was given 'yes'."],
    [['--function', 'a', '--function', 'b'], '--function is given twice.'],
    [['--port', '80a'], "--port must be a whole number from 0 to 65535, but was '80a'."],
    [['--port', '65536'], '--port must be a whole number from 0 to 65535, but was 65536.'],
    [['--log', 'xml'], "--log must be one of 'text', 'json', but was 'xml'."],
    [['--function', 'a b'], "--function must be a function's name ('quote'), "],
    [['--function', 'a', '--format', 'elb'], "--format must be one of 'alb', 'api-gateway-v1', "],
    [
      ['--function', 'a', '--target-group-arn', 'b'],
      '--target-group-arn must be the ARN of a target group, ',
    ],
    [['--function', 'a', '--export', 'b'], '--export needs --module FILE.'],
    [['--function', 'a', '--timeout', '1m'], '--timeout needs --module FILE.'],
    [
      ['--module', MODULE, '--timeout', '901s'],
      "--timeout must be a time such as '250ms', '10s' or '1.5m', at most '15m', but was '901s'.",
    ],
    [['--module', MODULE, '--timeout', '3'], "--timeout must be a time such as '250ms', "],
    [
      ['--function', 'a', '--format', 'function-url', '--multi-value-headers'],
      '--multi-value-headers goes with --format alb only.',
    ],
    [
      ['--function', 'a', '--format', 'api-gateway-v1', '--target-group-arn', 'b'],
      '--target-group-arn goes with --format alb only.',
    ],
    [
      ['--module', 'no/such.mjs'],
      `--module must be the path or the file URL of a module, but there is no file ${resolve('no/such.mjs')}.`,
    ],
    [
      ['--module', MODULE, '--endpoint', 'http://localhost:1'],
      "--endpoint must be left out where functions run on this machine, but was 'http://localhost:1'.",
    ],
    [['--module', MODULE, '--function', 'a:live'], '--function must be 1 to 64 letters, digits, - and _, '],
    [
      ['--module', MODULE, '--region', 'here'],
      "--region must be a region such as 'eu-west-1', but was 'here'.",
    ],
    [
      ['--function', 'a', '--endpoint', 'b'],
      "--endpoint must be an address such as 'http://localhost:4566', but ",
    ],
    [
      ['--function', 'a', '--deadline', '10'],
      "--deadline must be a time such as '250ms', '10s' or '1.5m', but was '10'.",
    ],
    [['--function', 'a', '--deadline', '0s'], "--deadline must be a time such as '250ms', "],
    ...[
      ['examples', `${resolve('examples')} is a directory`],
      ['..', `${resolve('..')} is a directory`],
      ['/', '/ is a directory'],
      ['/dev/null', '/dev/null is a device or a pipe'],
      ['package.json/handler.mjs', `there is no file ${resolve('package.json/handler.mjs')}`],
      ['lodash', `there is no file ${resolve('lodash')}`],
      ['50%.mjs', `there is no file ${resolve('50%.mjs')}`],
      ['file:///no/such%2541.mjs', 'there is no file /no/such%41.mjs'],
      ['file:///50%.mjs', 'file:///50%.mjs is no URL of a file here: URI malformed'],
      ['file://elsewhere/a.mjs', 'file://elsewhere/a.mjs is no URL of a file here: File URL host must be '],
      ['file:///a%2Fb.mjs', 'file:///a%2Fb.mjs is no URL of a file here: File URL path must not include '],
      ['file:///a%00b.mjs', '/a\\x00b.mjs cannot be read: '],
      [LONGER, `${resolve(LONGER)} cannot be read: ENAMETOOLONG: `],
    ].map(([given = '', why = '']): [string[], string] => [
      ['--module', given],
      `--module must be the path or the file URL of a module, but ${why}`,
    ]),
    [
      ['handler.mjs'],
      'serve takes a JSON file, but was given handler.mjs. For a handler write --module handler.mjs.',
    ],
    [['handler.ts', '--format', 'alb'], 'serve takes a JSON file, but was given handler.ts. For a handler '],
    [
      ['--function', 'a', '--health-check', 'b'],
      '--health-check must be a percent-encoded path that begins with /',
    ],
    [['gateway.json', '--format', 'alb'], '--format does not go with a file: say it in gateway.json.'],
    [['gateway.json', '--idempotent'], '--idempotent does not go with a file: say it in gateway.json.'],
  ])('are refused as %j', async (args, message) => {
    const { code, out, err } = await ran('serve', ...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.startsWith(message), err).toBe(true)
    expect(err.endsWith('. See resilient-lambda serve --help.\n')).toBe(true)
    expect(err.split('\n')).toHaveLength(2)
  })
})

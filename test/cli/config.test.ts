import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readServeOptions } from '../../src/cli/serve-options.js'
import { folderOf, HANDLER, ran, takenPort } from './support.js'

const ROUTE = { path: '/orders/*', function: 'orders' }
const LOCAL = { functions: { orders: { module: './orders.mjs' } } }

/** A file beside the module that it may name. */
async function fileWith(content: unknown): Promise<string> {
  return join(await folderOf({ 'gateway.json': content, 'orders.mjs': HANDLER }), 'gateway.json')
}

describe('a file for serve', () => {
  it('is read into options, with modules found from where it lies', async () => {
    const invoker = { region: 'eu-west-1', defaults: { deadline: '10s' }, functions: {}, bulkhead: false }
    const versions = { 1: { module: 'orders.mjs', export: 'old' } }
    const file = await fileWith({
      port: 0,
      host: '0.0.0.0',
      local: { functions: { orders: { module: './orders.mjs', timeout: '3s', versions } } },
      invoker,
      routes: [
        {
          ...ROUTE,
          host: 'a.example',
          format: 'alb',
          multiValueHeaders: true,
          healthCheck: { path: '/health' },
        },
        { function: 'orders', format: 'api-gateway-v1', stage: 'live', idempotent: true, retryStatuses: [] },
      ],
      healthCheck: false,
      breakerStatuses: [503],
    })
    const module = join(file, '../orders.mjs')
    const { routes, ...options } = await readServeOptions([file])
    expect(options).toEqual({
      source: file,
      port: 0,
      host: '0.0.0.0',
      log: 'text',
      verbose: false,
      local: { functions: { orders: { module, timeout: '3s', versions: { 1: { module, export: 'old' } } } } },
      invoker,
      options: { healthCheck: false, breakerStatuses: [503] },
    })
    const named = { format: { name: 'alb' }, formatName: 'alb' }
    expect(routes).toMatchObject([
      { ...named, options: { path: '/orders/*', host: 'a.example', healthCheck: { path: '/health' } } },
      { formatName: 'api-gateway-v1', format: { name: 'apiGatewayV1' } },
    ])
    expect(routes[1]?.options).toEqual({ idempotent: true, retryStatuses: [] })
  })

  it.each([
    ['a value that is none', '{\n  "port": 8080,\n  "host": local\n}', 3],
    ['a missing comma', '{\n  "port": 8080\n  "routes": []\n}', 3],
    ['a comma too many', '{\n  "routes": [],\n\n}', 4],
    ['a text that does not end', '{\n  "host": "a,\n  "port": 1\n}', 2],
    ['an end too early', '{\n  "routes": [\n    {\n\n', 3],
    ['something after its end', '{\n  "routes": []\n}\n}\n', 4],
    ['a comment', '\n// routes\n{}', 2],
    ['nothing in it', '', 1],
  ])('says in which line it is no JSON: %s', async (_, content, line) => {
    const file = await fileWith(content)
    const { code, err } = await ran('serve', file)
    expect(code).toBe(1)
    expect(err.startsWith(`${file}, line ${line}: `), err).toBe(true)
    expect(err.split('\n')).toHaveLength(2)
  })

  it.each([
    [[1], ' must be an object with any of: port, host, local, invoker, routes, '],
    [{ routes: [], prot: 1 }, " has no setting 'prot'. It takes: port, host, "],
    [{}, ': routes must be given, but was undefined.'],
    [{ routes: [] }, ': routes must be a list of at least one route, but was empty.'],
    [{ routes: [ROUTE], port: '80' }, ": port must be a whole number from 0 to 65535, but was '80'."],
    [{ routes: ['orders'] }, ": routes[0] must be an object, but was 'orders'."],
    [{ routes: [ROUTE, {}] }, ': routes[1].function must be given, but was undefined.'],
    [{ routes: [{ function: '' }] }, ": routes[0].function must be a function's name ('quote'), "],
    [
      { routes: [{ ...ROUTE, format: 'elb' }] },
      ": routes[0].format must be one of 'alb', 'api-gateway-v1', ",
    ],
    [
      { routes: [{ ...ROUTE, pth: '/' }] },
      ": routes[0] has no setting 'pth'. It takes: function, format, path, host, ",
    ],
    [
      { routes: [{ ...ROUTE, format: 'function-url', multiValueHeaders: true }] },
      ": routes[0] has no setting 'multiValueHeaders'. It takes: ",
    ],
    [
      { routes: [{ ...ROUTE, multiValueHeaders: 1 }] },
      ': routes[0].multiValueHeaders must be true or false, ',
    ],
    [{ routes: [{ ...ROUTE, path: 'orders' }] }, ': routes[0].path must be a percent-encoded path '],
    [
      { routes: [{ ...ROUTE, healthCheck: { paht: '/' } }] },
      ": routes[0].healthCheck has no setting 'paht'. It takes: path, ",
    ],
    [{ routes: [ROUTE], healthCheck: true }, ': healthCheck must be '],
    [{ routes: [ROUTE], invoker: { client: {} } }, ": invoker has no setting 'client'. It takes: region, "],
    [{ routes: [ROUTE], invoker: { region: 1 } }, ': invoker.region must be a text that is not empty, '],
    [{ routes: [ROUTE], invoker: { defaults: { retry: 3 } } }, ': invoker.defaults.retry must be '],
    [
      { routes: [ROUTE], invoker: { functions: { orders: { dedline: 1 } } } },
      ": invoker.functions.orders has no setting 'dedline'. It takes: ",
    ],
    [
      { routes: [ROUTE], local: LOCAL, invoker: { endpoint: 'http://localhost:1' } },
      ': invoker.endpoint must be left out where functions run on this machine, ',
    ],
    [{ routes: [ROUTE], local: {} }, ': local.functions must be given, but was undefined.'],
    [
      { routes: [ROUTE], local: { ...LOCAL, prot: 1 } },
      ": local has no setting 'prot'. It takes: functions, ",
    ],
    [
      { routes: [ROUTE], local: { functions: { orders: { ...LOCAL.functions.orders, timeout: 'long' } } } },
      ': local.functions.orders.timeout must be a duration ',
    ],
    [
      { routes: [ROUTE], local: { functions: { orders: { module: '' } } } },
      ": local.functions.orders.module must be a path or a file URL, but was ''.",
    ],
    [
      { routes: [{ function: 'orders' }, ROUTE], local: LOCAL },
      ': routes[1] must be before routes[0], which takes every request, but was after it.',
    ],
    [
      { routes: [ROUTE], local: { functions: { 'a b': {} } } },
      ': a key of local.functions must be 1 to 64 letters, ',
    ],
    [
      { routes: [ROUTE, { function: 'stock' }], local: LOCAL },
      ": routes[1].function must be one of those that run here: orders, but was 'stock'.",
    ],
  ])('is refused as %j', async (content, message) => {
    const file = await fileWith(content)
    const { code, out, err } = await ran('serve', file, '--port', '0')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.startsWith(`${file}${message}`), err).toBe(true)
    expect(err.split('\n')).toHaveLength(2)
    expect(err).not.toMatch(/\boptions\b/)
  })

  it('says which module is missing, and where it was looked for', async () => {
    const file = await fileWith({
      routes: [ROUTE],
      local: { functions: { orders: { module: './ordres.mjs' } } },
    })
    const looked = join(file, '../ordres.mjs')
    const err = `${file}: local.functions.orders.module must be the path or the file URL of a module, but there is no file ${looked}.\n`
    expect(await ran('serve', file)).toEqual({ code: 1, out: '', err })
  })

  it('says which module is a directory', async () => {
    const file = await fileWith({ routes: [ROUTE], local: { functions: { orders: { module: '.' } } } })
    const said = `must be the path or the file URL of a module, but ${join(file, '..')} is a directory.`
    const err = `${file}: local.functions.orders.module ${said}\n`
    expect(await ran('serve', file)).toEqual({ code: 1, out: '', err })
  })

  it('makes one format of those that are the same, so that their routes lead to one target', async () => {
    const format = { format: 'api-gateway-v1', stage: 'live' }
    const other = { ...ROUTE, ...format, stage: 'test' }
    const file = await fileWith({ routes: [{ ...ROUTE, ...format }, other, { ...ROUTE, ...format }] })
    const [first, second, third] = (await readServeOptions([file])).routes
    expect(third?.format).toBe(first?.format)
    expect(second?.format).not.toBe(first?.format)
  })

  it('says so when there is none', async () => {
    expect(await ran('serve', 'no/such.json')).toEqual({
      code: 1,
      out: '',
      err: 'There is no file no/such.json.\n',
    })
    const { code, err } = await ran('serve', 'examples')
    expect({ code, says: err.startsWith('examples cannot be read: ') }).toEqual({ code: 1, says: true })
  })

  it('lets a function be called otherwise than it is named here', async () => {
    const file = await fileWith({
      routes: [{ function: 'shop' }],
      local: LOCAL,
      invoker: { functions: { shop: { name: 'orders', qualifier: '$LATEST' } } },
      port: await takenPort(),
    })
    // It gets as far as the port.
    expect((await ran('serve', file)).err).toMatch(/^Port \d+ of 127\.0\.0\.1 is in use\. /)
  })
})

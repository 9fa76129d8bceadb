import { expect, test } from 'vitest'
import { startLocalLambda } from '../../../src/testing/local/index.js'
import type { LocalLambdaOptions } from '../../../src/testing/local/index.js'
import { start } from './support.js'

const handler = (): number => 1

test.each<[string, unknown, RegExp]>([
  ['no functions', {}, /functions is undefined\. Give an object of functions by name\./],
  [
    'an unknown option',
    { functions: {}, host: 'x' },
    /host is no option\. Allowed are: functions, region, accountId, port\./,
  ],
  ['a region', { functions: {}, region: 'Mars' }, /region is "Mars"\. Allowed are regions such as/],
  [
    'an account',
    { functions: {}, accountId: '12' },
    /accountId is "12"\. Allowed are texts of twelve digits/,
  ],
  ['a port', { functions: {}, port: 70_000 }, /port is 70000\. Allowed are whole numbers from 0/],
])('%s that cannot be is refused', async (_, options, message) => {
  await expect(startLocalLambda(options as LocalLambdaOptions)).rejects.toThrow(message)
})

test.each<[string, unknown, RegExp]>([
  ['nothing', null, /functions\.quote is null\. Allowed are a handler or settings/],
  ['no code', {}, /functions\.quote\.handler and functions\.quote\.module: give one of the two/],
  ['two kinds of code', { handler, module: 'a.mjs' }, /give one of the two, not both/],
  [
    'an unknown key',
    { handler, timeOut: 1 },
    /functions\.quote\.timeOut is no setting\. Allowed are: handler, module/,
  ],
  [
    'a handler',
    { handler: 'index.handler' },
    /functions\.quote\.handler is "index\.handler"\. Allowed are a function/,
  ],
  ['a module', { module: 7 }, /functions\.quote\.module is 7\. Allowed are a path or a file URL/],
  [
    'a timeout',
    { handler, timeout: '3 sec' },
    /functions\.quote\.timeout is "3 sec"\. Allowed are milliseconds or a text/,
  ],
  ['a timeout beyond 15 minutes', { handler, timeout: '16m' }, /timeout is "16m"\. .* from 1 to 900000 ms/],
  ['no time at all', { handler, timeout: 0 }, /timeout is 0\. .* from 1 to 900000 ms/],
  ['a cold start', { handler, coldStart: -1 }, /functions\.quote\.coldStart is -1/],
  ['an init timeout', { handler, initTimeout: 'x' }, /functions\.quote\.initTimeout is "x"/],
  ['a memory', { handler, memoryMb: 64 }, /memoryMb is 64\. Allowed are whole numbers from 128 to 10240/],
  [
    'a concurrency',
    { handler, reservedConcurrency: 1.5 },
    /reservedConcurrency is 1\.5\. Allowed are whole numbers from 0/,
  ],
  [
    'a version',
    { handler, versions: { one: handler } },
    /versions is "one"\. Allowed are whole numbers from 1 on as keys/,
  ],
  [
    "a version's code",
    { handler, versions: { 1: 2 } },
    /versions\.1 is 2\. Allowed are a function or \{ module, export \}/,
  ],
  ['an alias', { handler, aliases: { 12: '$LATEST' } }, /aliases is "12"\. Allowed are letters/],
  [
    "an alias's version",
    { handler, aliases: { live: '2' } },
    /aliases\.live is "2"\. Allowed are its versions: \$LATEST/,
  ],
  ['an environment', { handler, environment: { A: 1 } }, /environment\.A is 1\. Allowed are texts/],
])('a function with %s that cannot be is refused', async (_, quote, message) => {
  await expect(startLocalLambda({ functions: { quote } } as LocalLambdaOptions)).rejects.toThrow(message)
})

test('a function with an impossible name is refused', async () => {
  await expect(startLocalLambda({ functions: { 'my quote': handler } })).rejects.toThrow(
    'A function is named "my quote". Allowed are 1 to 64 letters, digits, - and _.',
  )
})

test('it listens on the port it was given, on the loopback address, and says so', async () => {
  const first = await start({ functions: { quote: handler } })
  await first.local.stop()
  const port = Number(new URL(first.local.endpoint).port)
  const { local } = await start({ functions: { quote: handler }, port, region: 'eu-west-1' })
  expect(local.endpoint).toBe(`http://127.0.0.1:${port}`)
  expect(local.clientSettings).toEqual({
    endpoint: local.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
})

test('a port that is taken is an error', async () => {
  const { local } = await start({ functions: { quote: handler } })
  const port = Number(new URL(local.endpoint).port)
  await expect(startLocalLambda({ functions: { quote: handler }, port })).rejects.toThrow('EADDRINUSE')
})

import { InvalidSettingError } from 'resilient-lambda'
import { expect, test } from 'vitest'
import { startLocalLambda } from '../../../src/testing/local/index.js'
import type { LocalLambdaOptions } from '../../../src/testing/local/index.js'
import { start } from './support.js'

const handler = (): number => 1

test.each<[string, unknown, string]>([
  ['nothing at all', undefined, 'options must be an object with any of: functions, region, '],
  ['no functions', {}, 'options.functions must be given, but was undefined.'],
  ['a list of functions', { functions: [handler] }, 'options.functions must be an object, but was a list.'],
  [
    'an unknown option',
    { functions: {}, host: 'x' },
    "options has no setting 'host'. It takes: functions, region, accountId, port.",
  ],
  [
    'a region',
    { functions: {}, region: 'Mars' },
    "options.region must be a region such as 'eu-west-1', but was 'Mars'.",
  ],
  [
    'an account',
    { functions: {}, accountId: '12' },
    "options.accountId must be a text of twelve digits, but was '12'.",
  ],
  [
    'a port',
    { functions: {}, port: 70_000 },
    'options.port must be a whole number from 0 to 65535, but was 70000.',
  ],
  [
    "a function's name",
    { functions: { 'my quote': handler } },
    "a key of options.functions must be 1 to 64 letters, digits, - and _, but was 'my quote'.",
  ],
])('%s that cannot be is refused', async (_, options, message) => {
  const starting = startLocalLambda(options as LocalLambdaOptions)
  await expect(starting).rejects.toThrow(InvalidSettingError)
  await expect(starting).rejects.toThrow(message)
})

test.each<[string, unknown, string]>([
  ['nothing', null, ' must be a function, or an object with any of: handler, module, '],
  ['a number', 5, ', environment, but was 5.'],
  ['no code', {}, ' must be an object with either a handler or a module, but was an object with no keys.'],
  [
    'two kinds of code',
    { handler, module: 'a.mjs' },
    ' must be an object with either a handler or a module, but was an object with handler, module.',
  ],
  [
    'an unknown key',
    { handler, timeOut: 1 },
    " has no setting 'timeOut'. It takes: handler, module, export, ",
  ],
  ['a handler', { handler: 'index.handler' }, ".handler must be a function, but was 'index.handler'."],
  ['a module', { module: 7 }, '.module must be a path or a file URL, but was 7.'],
  ['an export', { module: 'a.mjs', export: '' }, ".export must be a text that is not empty, but was ''."],
  ['a timeout', { handler, timeout: '3 sec' }, '.timeout must be a duration from 1 to 900000 ms: '],
  ['a timeout beyond 15 minutes', { handler, timeout: '16m' }, "but was '16m'."],
  ['no time at all', { handler, timeout: 0 }, '.timeout must be a duration from 1 to 900000 ms: '],
  ['a cold start', { handler, coldStart: -1 }, '.coldStart must be a duration from 0 to 900000 ms: '],
  ['an init timeout', { handler, initTimeout: 0 }, '.initTimeout must be a duration from 1 to 900000 ms: '],
  ['a memory', { handler, memoryMb: 64 }, '.memoryMb must be a whole number from 128 to 10240, but was 64.'],
  [
    'a concurrency',
    { handler, reservedConcurrency: 1.5 },
    '.reservedConcurrency must be a whole number of at least 0, but was 1.5.',
  ],
  [
    'a version',
    { handler, versions: { one: handler } },
    ".versions must be a whole number of at least 1, but was 'one'.",
  ],
  [
    "a version's code",
    { handler, versions: { 1: 2 } },
    '.versions.1 must be a function, or an object with any of: module, export, but was 2.',
  ],
  [
    "a version's module",
    { handler, versions: { 1: {} } },
    '.versions.1.module must be given, but was undefined.',
  ],
  [
    'an alias',
    { handler, aliases: { 12: '$LATEST' } },
    ".aliases must be letters, digits, - and _, not digits alone, but was '12'.",
  ],
  [
    "an alias's version",
    { handler, aliases: { live: '2' } },
    ".aliases.live must be one of '$LATEST', but was '2'.",
  ],
  ['an environment', { handler, environment: { A: 1 } }, '.environment.A must be a text, but was 1.'],
])('a function with %s that cannot be is refused', async (_, quote, message) => {
  const starting = startLocalLambda({ functions: { quote } } as LocalLambdaOptions)
  await expect(starting).rejects.toThrow('options.functions.quote')
  await expect(starting).rejects.toThrow(message)
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

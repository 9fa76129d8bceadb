import { InvalidSettingError } from 'resilient-lambda'
import { expect, test } from 'vitest'
import type { ConnectionFault, Fault } from '../../../../src/testing/local/index.js'
import { start } from '../support.js'

const functions = { quote: () => 'done', other: () => 'done' }

test.each<[string, unknown, string]>([
  [
    'a bare name',
    'throttle',
    " must be an object with a type, such as { type: 'none' }, but was 'throttle'.",
  ],
  ['nothing', undefined, " must be an object with a type, such as { type: 'none' }, but was undefined."],
  ['no type', {}, ".type must be one of 'none', 'error', 'throttle', 'functionError', "],
  ['an unknown type', { type: 'flood' }, "'garbage', 'staleKeepAlive', but was 'flood'."],
  ['a type all objects know', { type: 'toString' }, ".type must be one of 'none', 'error', "],
  [
    'an unknown setting',
    { type: 'throttle', after: 1 },
    " has no setting 'after'. It takes: type, reason, retryAfter, retryAfterHeader, message, delay, headers.",
  ],
  [
    'a setting of a fault that has none',
    { type: 'stallReply', executed: true },
    " has no setting 'executed'. It takes: type.",
  ],
  [
    'a length of time that is none',
    { type: 'latency', before: 'soon' },
    ".before must be a duration: milliseconds, or a text such as '250ms', '2s', '1.5m', but was 'soon'.",
  ],
  [
    'a hint that is no length of time',
    { type: 'throttle', retryAfter: '2.5' },
    '.retryAfter must be a duration',
  ],
  [
    'two hints',
    { type: 'throttle', retryAfter: 1, retryAfterHeader: '1' },
    ".retryAfterHeader must be left out where retryAfter is given, but was '1'.",
  ],
  ['an error without a name', { type: 'error' }, '.name must be given, but was undefined.'],
  [
    'an error of unknown status',
    { type: 'error', name: 'Ouch' },
    ".status must be given, since Lambda is not known to send 'Ouch', which may be misspelt, but was undefined.",
  ],
  [
    'a message that is none',
    { type: 'error', name: 'ServiceException', message: 1 },
    '.message must be a text or null, but was 1.',
  ],
  [
    'a payload that is none',
    { type: 'functionError', payload: {} },
    '.payload must be a text or a Uint8Array, but was an object with no keys.',
  ],
  ['a page without a status', { type: 'html' }, '.status must be given, but was undefined.'],
  ['a status that is none', { type: 'html', status: 99 }, '.status must be a whole number from 200 to 599, '],
  [
    'a header that is no text',
    { type: 'throttle', headers: { age: 1 } },
    '.headers.age must be a text, but was 1.',
  ],
  [
    'a way to cut that is none',
    { type: 'cutReply', mode: 'half' },
    ".mode must be one of 'rst', 'fin', but was 'half'.",
  ],
  [
    'no bytes at a time',
    { type: 'slowBody', bytes: 0 },
    '.bytes must be a whole number of at least 1, but was 0.',
  ],
])('a script refuses %s at once, and says where', async (_, given, message) => {
  const { local } = await start({ functions })
  const fault = given as Fault
  const script = local.faults('quote')
  const ways = {
    "faults('quote').next[1]": () => script.next({ type: 'none' }, fault),
    "faults('quote').always": () => script.always(fault),
    "faults('quote').when": () => script.when(() => true, fault),
  }
  for (const [path, say] of Object.entries(ways)) {
    expect(say).toThrow(InvalidSettingError)
    expect(say).toThrow(path)
    expect(say).toThrow(message)
  }
  expect(script.pending).toBe(0)
})

test('an unknown fault of a connection is refused at once', async () => {
  const { local } = await start({ functions })
  const fault = { type: 'throttle' } as unknown as ConnectionFault
  expect(() => local.connectionFaults.next(fault)).toThrow(
    "connectionFaults.next[0].type must be one of 'none', 'resetOnConnect', 'hangBeforeAccept', but was 'throttle'.",
  )
})

test('a predicate that is none is refused at once', async () => {
  const { local } = await start({ functions })
  expect(() => local.faults('quote').when(true as never, { type: 'none' })).toThrow(
    "faults('quote').when must be a function, but was true.",
  )
})

test('a function that is not there is refused with the names of those that are', async () => {
  const { local } = await start({ functions })
  const message = "function must be one of those that run here: quote, other, but was 'quit'."
  expect(() => local.faults('quit')).toThrow(message)
  expect(() => local.requestsOf('quit')).toThrow(message)
  expect(() => local.executionsOf('quit')).toThrow(message)
})

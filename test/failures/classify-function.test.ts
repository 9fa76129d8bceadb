import { describe, expect, it, test } from 'vitest'
import type { FailureCode } from '../../src/failures/catalogue.js'
import { classifyFunctionError } from '../../src/failures/classify.js'
import type { Failure } from '../../src/failures/failure.js'
import type { Ran } from '../../src/failures/verdict.js'

function failureOf(payload: unknown): Failure {
  return classifyFunctionError({ functionError: 'Unhandled', payload: bytes(JSON.stringify(payload)) })
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

const importTitle = [
  "Runtime.ImportModuleError: Error: Cannot find module 'common'",
  'Require stack:',
  '- /var/task/index.js',
  '- /var/runtime/index.mjs',
]
const runtimeFrames = [
  '    at _loadUserApp (file:///var/runtime/index.mjs:1087:17)',
  '    at Object.module.exports.load (/var/runtime/UserFunction.js:140:17)',
  '    at Module._compile (internal/modules/cjs/loader.js:1063:30)',
  '    at internal/main/run_main_module.js:17:47',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  '    at node:internal/main/run_main_module:28:49',
]
const packagedFrames = [
  '    at async start (file:///function/node_modules/aws-lambda-ric/index.mjs:1282:23)',
  '    at async file:///function/node_modules/aws-lambda-ric/index.mjs:1288:1',

  '    at _loadUserApp (/function/node_modules/aws-lambda-ric/lib/UserFunction.js:98:13)',
]
const ownFrame = '    at Runtime.handler (file:///var/task/index.mjs:12:11)'

const timedOut = 'Task timed out after 1.00 seconds'

describe('the error that a function reports', () => {
  test.each<[string, object, FailureCode, Ran]>([
    [
      'thrown by Node',
      { errorType: 'TypeError', errorMessage: 'x', trace: ['TypeError: x'] },
      'FunctionError',
      'yes',
    ],
    ['thrown by Ruby', { errorType: 'Function<RuntimeError>', errorMessage: 'x' }, 'FunctionError', 'yes'],
    ['without a type', { errorMessage: 'x' }, 'FunctionError', 'yes'],
    ['of a name that objects inherit', { errorType: 'constructor' }, 'FunctionError', 'yes'],
    ['of a name that is ours', { errorType: 'CircuitOpen' }, 'FunctionError', 'yes'],
    [
      'a time-out',
      { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: r Error: ${timedOut}` },
      'Sandbox.Timedout',
      'yes',
    ],
    [
      'a time-out of before 2025',
      { errorMessage: `2024-04-01T00:00:00.000Z r ${timedOut}` },
      'Sandbox.Timedout',
      'yes',
    ],
    [
      'talk of a time-out, thrown',
      { errorType: 'Error', errorMessage: timedOut, trace: ['at x'] },
      'FunctionError',
      'yes',
    ],
    ['an exit', { errorType: 'Runtime.ExitError', errorMessage: 'x' }, 'Runtime.ExitError', 'maybe'],
    ['a start-up that failed', { errorType: 'Runtime.InitError' }, 'Runtime.InitError', 'no'],
    [
      "another function's start-up error, rethrown",
      { errorType: 'Runtime.InitError', trace: ['at x'] },
      'Runtime.InitError',
      'maybe',
    ],
    [
      'too large a result',
      { errorType: 'Function.ResponseSizeTooLarge' },
      'Function.ResponseSizeTooLarge',
      'yes',
    ],
  ])('%s %j is %s and ran: %s', (_, payload, code, ran) => {
    const seen = failureOf(payload)
    expect([seen.code, seen.verdict.ran, seen.verdict.kind]).toEqual([code, ran, 'function'])
  })

  test.each<[string, FailureCode, string[]]>([
    ['Node', 'Runtime.ImportModuleError', [...importTitle, ...runtimeFrames]],
    ['Node, without a stack of requires', 'Runtime.UserCodeSyntaxError', [...runtimeFrames]],
    ['an image with the runtime as a package', 'Runtime.HandlerNotFound', [...packagedFrames]],
    ['Python', 'Runtime.ImportModuleError', []],
    [
      'Python, about syntax',
      'Runtime.UserCodeSyntaxError',
      ['  File "/var/task/app.py" Line 3\n        async,\n'],
    ],
  ])('did not run when %s reports %s itself', (_, errorType, trace) => {
    expect(failureOf({ errorType, trace }).verdict.ran).toBe('no')
  })

  test.each<[string, FailureCode, string[]]>([
    ['Node', 'Runtime.ImportModuleError', ['Runtime.ImportModuleError: x', ownFrame, ...runtimeFrames]],
    ['Node, under other frames', 'Runtime.UnmarshalError', [...runtimeFrames, ownFrame]],
    ['Node, with the title of the original', 'Runtime.ImportModuleError', [...importTitle, ownFrame]],
    ['a layer', 'Runtime.HandlerNotFound', ['    at wrap (/opt/nodejs/wrap.js:1:1)', ...runtimeFrames]],
    ['a bundle with a source map', 'Runtime.InitError', ['    at h (webpack:///src/app.ts:1:1)']],
    ['Python', 'Runtime.ImportModuleError', ['  File "/var/task/app.py", line 3, in handler\n    raise']],
    [
      'Python that reads like Node',
      'Runtime.InitError',
      ['  File "/var/task/app.py", line 3, in visit\n    if not node: raise failure (/var/runtime/x)'],
    ],
    ['Node, in a folder of such a name', 'Runtime.InitError', ['    at h (/var/task/my internal/a.js:1:1)']],
    ['Node without frames', 'Runtime.MalformedHandlerName', ['Runtime.MalformedHandlerName: x']],
    ['Go', 'Runtime.UserCodeSyntaxError', ['handler (main.go:7)']],
  ])('may have run when code in %s throws %s, as a rethrown one is', (_, errorType, trace) => {
    expect(failureOf({ errorType, trace }).verdict.ran).toBe('maybe')
  })

  test.each<[string, object, string]>([
    [
      'its type and message',
      { errorType: 'TypeError', errorMessage: 'x is not\n a function.' },
      'TypeError: x is not a function',
    ],
    ['its type', { errorType: 'TypeError', errorMessage: '' }, 'TypeError'],
    ['its message', { errorMessage: 'boom' }, 'boom'],
    ["the header's value", {}, 'Unhandled, without details'],
    [
      'no type that is the code already, and no request id',
      { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: 1-2 Error: ${timedOut}` },
      timedOut,
    ],
    ['the code when there is nothing else', { errorType: 'Runtime.ExitError' }, 'Runtime.ExitError'],
  ])('is told by %s', (_, payload, message) => {
    expect(failureOf(payload).message).toBe(message)
  })

  it('comes with log tail, version and request id', () => {
    const extras = { logTail: 'START', executedVersion: '7', requestId: 'r' }
    const seen = classifyFunctionError({ functionError: 'Handled', payload: undefined, ...extras })
    expect(seen.remote).toStrictEqual({ logTail: 'START', executedVersion: '7' })
    expect(seen.requestId).toBe('r')
    expect(seen.message).toBe('Handled, without details')
  })

  test.each<[string, string, string | undefined]>([
    ['empty', '', undefined],
    ['text', 'Segmentation fault', 'Segmentation fault'],
    ['a JSON string', '"boom"', 'boom'],
    ['a JSON array', '[1,2]', '[1,2]'],
    ['null', 'null', 'null'],
    ['cut JSON', '{"errorType":"X', '{"errorType":"X'],
  ])('may be %s', (_, payload, errorMessage) => {
    const { code, remote } = classifyFunctionError({ functionError: 'Unhandled', payload: bytes(payload) })
    expect(code).toBe('FunctionError')
    expect(remote).toStrictEqual(errorMessage === undefined ? {} : { errorMessage })
  })

  it('may consist of the wrong types', () => {
    const { remote } = failureOf({
      errorType: 42,
      errorMessage: { secret: 1 },
      trace: 'one\ntwo',
      stackTrace: 7,
    })
    expect(remote).toStrictEqual({ errorType: '42', trace: ['one', 'two'] })
  })

  it('is cut to a bounded size', () => {
    const trace = Array.from({ length: 1_000 }, () => 'f'.repeat(5_000))
    const { remote, message } = failureOf({
      errorType: 'E'.repeat(500),
      errorMessage: 'm'.repeat(2_000_000),
      trace,
    })
    expect(remote?.errorType).toHaveLength(200)
    expect(remote?.errorMessage).toHaveLength(2_000)
    expect(remote?.errorMessage?.endsWith('…')).toBe(true)
    expect(remote?.trace).toHaveLength(32)
    expect(remote?.trace?.every((line) => line.length === 1_000)).toBe(true)
    expect(message.length).toBeLessThan(600)
    const text = classifyFunctionError({
      functionError: 'Unhandled',
      payload: new Uint8Array(6_000_000).fill(120),
    })
    expect(text.remote?.errorMessage).toHaveLength(2_000)
  })
})

describe('the trace', () => {
  test.each<[string, object, string[]]>([
    [
      'Node',
      { trace: ['Error: x', '    at f (/var/task/a.js:1:1)'] },
      ['Error: x', '    at f (/var/task/a.js:1:1)'],
    ],
    [
      'Python',
      { stackTrace: ['  File "/var/task/a.py", line 1, in f\n    raise\n'] },
      ['  File "/var/task/a.py", line 1, in f\n    raise'],
    ],
    [
      'the oldest Python',
      { stackTrace: [['/var/task/a.py', 1, 'f', 'raise']] },
      ['/var/task/a.py 1 f raise'],
    ],
    ['Go', { stackTrace: [{ path: 'main.go', line: 7, label: 'handler' }] }, ['handler (main.go:7)']],
    ['old .NET', { stackTrace: 'at A.B()\nat C.D()' }, ['at A.B()', 'at C.D()']],
    ['nonsense', { stackTrace: [null, {}] }, ['', '? (?:?)']],
  ])('of %s is lines of text', (_, payload, trace) => {
    expect(failureOf(payload).remote?.trace).toEqual(trace)
  })

  it('goes on with the causes that Java nests', () => {
    const root = { errorType: 'java.io.IOException', errorMessage: 'disk', stackTrace: ['c'] }
    const middle = { errorType: 'java.lang.IllegalStateException', stackTrace: ['b'], cause: root }
    expect(failureOf({ stackTrace: ['a'], cause: middle }).remote?.trace).toEqual([
      'a',
      'Caused by: java.lang.IllegalStateException',
      'b',
      'Caused by: java.io.IOException: disk',
      'c',
    ])
  })

  it('is bounded over all causes together', () => {
    const stackTrace = Array.from({ length: 20 }, () => 'at f')
    expect(failureOf({ stackTrace, cause: { stackTrace } }).remote?.trace).toHaveLength(32)
  })

  it('ends in spite of causes without end', () => {
    let cause: object = { errorMessage: 'root' }
    for (let depth = 0; depth < 200; depth += 1) cause = { errorMessage: String(depth), cause }
    expect(failureOf({ cause }).remote?.trace).toHaveLength(32)
  })
})

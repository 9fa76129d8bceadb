import { fileURLToPath } from 'node:url'
import type { FaultCase } from './fault-case.js'

const FAILING = fileURLToPath(new URL('handlers/failing.mjs', import.meta.url))
const UNLOADABLE = fileURLToPath(new URL('handlers/unloadable.mjs', import.meta.url))
const INSTEAD_OF_LAMBDA: readonly FaultCase[] = [
  ...([502, 503, 504] as const).map((status) => ({
    name: `${status} page of a proxy, function run`,
    fault: { type: 'html', status, executed: true } as const,
    answer: `${{ 502: 'BadGateway', 503: 'GatewayUnavailable', 504: 'GatewayTimeout' }[status]}, transient, may have run`,
  })),
  {
    name: '403 page of a proxy',
    fault: { type: 'html', status: 403 },
    answer: 'Forbidden, permission, did not run',
  },
  {
    name: '407 page of a proxy',
    fault: { type: 'html', status: 407 },
    answer: 'ProxyAuthenticationRequired, permission, did not run',
  },
  { name: 'redirect', fault: { type: 'redirect' }, answer: 'UnexpectedRedirect, config, did not run' },
]

const IN_FUNCTION: readonly FaultCase[] = [
  {
    name: 'error thrown by the handler',
    code: { module: FAILING, export: 'throws' },
    answer: 'FunctionError, function, may have run',
  },
  {
    name: 'time limit of the function',
    code: { module: FAILING, export: 'hangs', timeout: '50ms' },
    answer: 'Sandbox.Timedout, function, may have run',
  },
  {
    name: 'out of memory',
    code: { module: FAILING, export: 'hoards', timeout: '1m' },
    answer: 'Runtime.OutOfMemory, function, may have run',
  },
  {
    name: 'process.exit',
    code: { module: FAILING, export: 'exits' },
    answer: 'Runtime.ExitError, function, may have run',
  },
  {
    name: 'unhandled rejection',
    code: { module: FAILING, export: 'rejects' },
    answer: 'Runtime.UnhandledPromiseRejection, function, may have run',
  },
  {
    name: 'promise that never settles',
    code: { module: FAILING, export: 'neverSettles' },
    answer: 'Runtime.NodeJsExit, function, may have run',
  },
  {
    name: 'module that cannot be loaded',
    code: { module: UNLOADABLE },
    answer: 'Runtime.ImportModuleError, function, did not run',
  },
]

/** A few errors of Lambda itself; every one of them is in `answers.test.ts`. */
const BY_LAMBDA: readonly FaultCase[] = [
  {
    name: '500 ServiceException, function run',
    fault: { type: 'error', name: 'ServiceException', executed: true },
    answer: 'ServiceException, transient, may have run',
  },
  {
    name: '502 EC2UnexpectedException',
    fault: { type: 'error', name: 'EC2UnexpectedException' },
    answer: 'EC2UnexpectedException, transient, did not run',
  },
  {
    name: '502 KMSAccessDeniedException',
    fault: { type: 'error', name: 'KMSAccessDeniedException' },
    answer: 'KMSAccessDeniedException, config, did not run',
  },
  {
    name: '409 SnapStartNotReadyException',
    fault: { type: 'error', name: 'SnapStartNotReadyException' },
    answer: 'SnapStartNotReadyException, starting, did not run',
  },
  {
    name: '404 ResourceNotFoundException',
    fault: { type: 'error', name: 'ResourceNotFoundException' },
    answer: 'ResourceNotFoundException, request, did not run',
  },
]

/** What goes wrong at the other end, from the nearest proxy to the function itself. */
export const ANSWER_FAULTS: readonly FaultCase[] = [...INSTEAD_OF_LAMBDA, ...BY_LAMBDA, ...IN_FUNCTION]

export { fakeClock, type FakeClock, type FakeClockOptions } from './fake-clock.js'
export { createScript, type FunctionScript, type Script, type ScriptedRequest } from './script.js'
export * from './local/index.js'

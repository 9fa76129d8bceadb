import { createInvoker, InvalidSettingError } from 'resilient-lambda'
import { createScript } from 'resilient-lambda/testing'

/** Ours with one plan for all scenarios; `settings` are what a variant has set otherwise. */
export function ours(name, settings = {}) {
  return {
    name,
    ours: true,
    settings,
    async prepare({ clock, invoke, limits, plan }) {
      const outcomes = await makeOutcomes()
      const transport = (request, { scope }) =>
        new Promise((resolve) => {
          const attempt = invoke(request.functionName, (how) => {
            forget()
            resolve(outcomes[how])
          })
          const forget = scope.onCancel((why) => {
            attempt.abandon()
            resolve({ ok: false, failure: why })
          })
        })
      const defaults = {
        idempotent: true,
        deadline: limits.deadlineMs,
        ...settings,
        ...plan,
      }
      return function client() {
        const lambda = createInvoker({ transport, clock, defaults })
        const functions = new Map()
        return function call({ name }) {
          let fn = functions.get(name)
          if (!fn) functions.set(name, (fn = lambda(name)))
          return fn.invoke()
        }
      }
    },
  }
}

/** What Lambda's answers become in the real transport: the verdicts of the catalogue. */
async function makeOutcomes() {
  const script = createScript()
  script('ok').replies()
  script('error').fails('ServiceException')
  script('throttled').throttled({ reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' })
  const outcomeOf = (functionName) => script.transport({ functionName })
  return {
    ok: await outcomeOf('ok'),
    error: await outcomeOf('error'),
    throttled: await outcomeOf('throttled'),
  }
}

/** Whether the library has the settings of a variant. */
export function isKnown({ settings }) {
  try {
    createInvoker({ defaults: settings })
    return true
  } catch (error) {
    if (error instanceof InvalidSettingError) return false
    throw error
  }
}

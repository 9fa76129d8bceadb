// The same call without the SDK's way of sending; all else stays as it is.
import { createInvoker, isInvokeError } from 'resilient-lambda'

// #region lean
const invoke = createInvoker({ transport: 'lean' })
const quote = await invoke('quote').invoke({ sku: 'A1' })
// #endregion lean

console.log(quote)
try {
  await invoke('no-such-function').invoke()
} catch (error) {
  if (!isInvokeError(error)) throw error
  console.log(error.code, error.mayHaveRun)
}
invoke.destroy()

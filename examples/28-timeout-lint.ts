// Whether the limits of a call fit the function's own, as a check after a deployment would ask.
import { lambda } from 'resilient-lambda'

// #region lint
const quote = lambda('quote').timeout('5s').deadline('2s') // the function's own limit is 3 s

for (const { code, message, advice } of await quote.timeoutLint()) {
  console.log(`${code}: ${message}\n  ${advice}`)
}
// #endregion lint

console.log('fits:', await lambda('quote').timeout('2s').deadline('5s').timeoutLint())
lambda.destroy()

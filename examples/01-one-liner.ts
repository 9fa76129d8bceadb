// A call that is safe with nothing set: the first answer here is a throttle.
// #region one-liner
import { lambda } from 'resilient-lambda'

const quote = await lambda('quote').invoke({ sku: 'A1' })
// #endregion one-liner
console.log('answered:', quote)

// #region explain
console.log(lambda('quote').explain())
// #endregion explain

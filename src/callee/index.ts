export { deadlineOf, type Deadline } from './deadline.js'
export { attemptOf, idempotencyKeyOf, type CalleeContext } from './forwarded.js'

export { lambdaDeadLetter, type LambdaDeadLetterOptions } from './lambda.js'
export type { DeadLetterMessage } from './message.js'
export { sqsDeadLetter, type OfLetter, type SqsClient, type SqsDeadLetterOptions } from './sqs.js'

/**
 * Whether invokers that are not told otherwise send by the AWS SDK here, or by the lean transport. What is about the
 * SDK's middleware or its handler can only be tested on the one, what is about connections of our own on the other.
 */
export const BY_SDK: boolean = process.env['SENDING_BY'] !== 'lean'

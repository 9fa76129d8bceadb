export const MIB = 1024 * 1024

/**
 * The most that Lambda itself lets a function return, in bytes; API Gateway and function URLs take all of it.
 *
 * Source: the message of the function error Function.ResponseSizeTooLarge.
 */
export const LAMBDA_MAX_REPLY_BYTES = 6_291_556

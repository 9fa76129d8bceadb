export async function handler(event, context) {
  const { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_LAMBDA_FUNCTION_MEMORY_SIZE } =
    process.env
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE, COLOUR, _X_AMZN_TRACE_ID } = process.env
  const variables = {
    AWS_LAMBDA_FUNCTION_NAME,
    AWS_LAMBDA_FUNCTION_VERSION,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    AWS_REGION,
    AWS_ACCESS_KEY_ID,
    AWS_PROFILE,
    COLOUR,
    _X_AMZN_TRACE_ID,
  }
  return { variables, context, remainingMs: context.getRemainingTimeInMillis() }
}

let calls = 0

export async function handler(event, context) {
  calls += 1
  process.stdout.write(`quoting ${event.sku}, call ${calls}\n`)
  return { sku: event.sku, calls, requestId: context.awsRequestId, variable: process.env.COLOUR }
}

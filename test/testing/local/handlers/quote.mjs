let calls = 0

export async function handler(event, context) {
  calls += 1
  console.log('quoting', event.sku, 'call', calls)
  return { sku: event.sku, calls, requestId: context.awsRequestId, variable: process.env.COLOUR }
}

/** Answers as behind an Application Load Balancer with multi-value headers. */
export async function handler(event) {
  const [name = 'world'] = event.multiValueQueryStringParameters?.name ?? []
  if (event.path === '/health') return { statusCode: 200 }
  return {
    statusCode: 200,
    multiValueHeaders: { 'content-type': ['application/json'] },
    body: JSON.stringify({ hello: decodeURIComponent(name), path: event.path }),
  }
}

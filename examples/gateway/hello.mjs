/** Answers as behind an Application Load Balancer that uses multi-value headers. */
export async function handler({ httpMethod, path }) {
  if (path === '/health') return { statusCode: 200 }
  return {
    statusCode: 200,
    multiValueHeaders: { 'content-type': ['application/json'] },
    body: JSON.stringify({ hello: `${httpMethod} ${path}` }),
  }
}

import type { ALBEvent, ALBResult } from 'aws-lambda'

/** A function behind a load balancer: an item for `GET /items/{sku}`, a receipt for `POST /orders`. */
export async function handler({ httpMethod, path, body }: ALBEvent): Promise<ALBResult> {
  const [, collection, sku] = path.split('/')
  if (httpMethod === 'GET' && path === '/health') return json(200, { ok: true })
  if (httpMethod === 'GET' && collection === 'items') return json(200, { sku, cents: 1_250 })
  if (httpMethod === 'POST' && path === '/orders') return json(201, { accepted: JSON.parse(body ?? 'null') })
  return json(404, { message: `there is no ${path}` })
}

function json(statusCode: number, value: unknown): ALBResult {
  return {
    isBase64Encoded: false,
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  }
}

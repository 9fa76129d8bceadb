import { randomUUID } from 'node:crypto'
import type { HttpRequest } from '../../message.js'

/**
 * What a load balancer asks a target: nothing is forwarded, so that only its own user agent stands in the headers.
 *
 * Source: Application Load Balancer, "Lambda functions as targets", health checks.
 */
export function healthCheckRequest(pathAndQuery: string): HttpRequest {
  const [path = '', ...query] = pathAndQuery.split('?')
  return {
    method: 'GET',
    path,
    query: query.join('?'),
    headers: [['user-agent', 'ELB-HealthChecker/2.0']],
    body: undefined,
    origin: { address: '127.0.0.1', protocol: 'http', port: 80 },
    id: randomUUID(),
    receivedMs: Date.now(),
  }
}

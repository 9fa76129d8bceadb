// A function behind an HTTP server of yours, with a load balancer's rules.
// #region serve
import { createServer } from 'node:http'
import { lambda } from 'resilient-lambda'
import { alb, serveLambda, toNodeListener } from 'resilient-lambda/http'

const shop = serveLambda(lambda('shop').deadline('10s'), alb())

const server = createServer(toNodeListener(shop)).listen(8080)

const response = await shop(new Request('https://shop.example/items/A1')) // as hono and others call it
// #endregion serve
console.log(response.status, response.headers.get('x-answered-by'), await response.json())
server.close()

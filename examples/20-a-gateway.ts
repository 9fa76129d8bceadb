// Several functions behind one server: routes, health checks, and what was answered by whom.
import { setImmediate } from 'node:timers/promises'
// #region gateway
import { lambda } from 'resilient-lambda'
import { alb, createGateway, listen } from 'resilient-lambda/http'

const gateway = createGateway({
  routes: [
    { path: ['/items/*', '/orders'], fn: lambda('shop'), format: alb() },
    { host: '*.reports.example', fn: lambda('reports').deadline('60s'), format: alb() },
  ],
  healthCheck: { path: '/health', interval: '10s' },
  observers: [
    (event) => {
      if (event.type === 'http.answered') console.log(event.path, event.status, event.source, event.reason)
    },
  ],
})

const server = await listen(gateway, { port: 0 }) // any free port
// #endregion gateway
for (const path of ['/items/A1', '/nowhere']) await (await fetch(`${server.url}${path}`)).text()
while (gateway.health().some(({ state }) => state === 'initial')) await setImmediate()
console.log(gateway.health().map(({ target, state }) => `${target}: ${state}`))
await server.close()

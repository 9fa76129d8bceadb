import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Hono, type Context } from 'hono'
import { answerNamed, echo, type Answer } from './answers.js'
import { listening, type Served } from './served.js'

export function honoApp(): Hono {
  const app = new Hono()
  app.all('/reply/:name', (context) => responseWith(answerNamed(context.req.param('name'))))
  app.all('/', echoBack)
  app.all('/echo', echoBack)
  app.all('/echo/*', echoBack)
  return app
}

/** The least that it takes to put `fetch` behind `node:http`. */
export function serveHono(app: Hono): Promise<Served> {
  return listening(
    createServer((incoming, outgoing) => {
      void exchange(app, incoming, outgoing)
    }),
  )
}

async function exchange(app: Hono, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = '', url, headers, headersDistinct } = incoming
  const body = await buffer(incoming)
  const request = new Request(`http://${headers.host}${url}`, {
    method,
    headers: Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  })
  const response = await app.fetch(request)
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value)
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

function echoBack({ req }: Context): Promise<Response> {
  const { pathname, search } = new URL(req.url)
  const head = { method: req.method, target: pathname + search, headers: req.raw.headers }
  return req.bytes().then((body) => responseWith(echo({ ...head, body })))
}

function responseWith({ status, headers, body, inPieces }: Answer): Response {
  const pieces = inPieces && body && ReadableStream.from([body.subarray(0, 5), body.subarray(5)])
  const pairs = headers.map(([name, value]): [string, string] => [name, value])
  return new Response(pieces ?? body ?? null, { status, headers: pairs })
}

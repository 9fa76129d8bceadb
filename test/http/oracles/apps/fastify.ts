import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { answerNamed, echo, type Answer } from './answers.js'
import type { Served } from './served.js'

export function fastifyApp(): FastifyInstance {
  const app = fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.all<{ Params: { name: string } }>('/reply/:name', ({ params }, reply) =>
    send(answerNamed(params.name), reply),
  )
  app.all('/', echoBack)
  app.all('/echo', echoBack)
  app.all('/echo/*', echoBack)
  return app
}

export async function serveFastify(app: FastifyInstance): Promise<Served> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

function echoBack(
  { method, originalUrl: target, headers, body }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array()
  return send(echo({ method, target, headers: Object.entries(headers), body: bytes }), reply)
}

function send({ status, headers, body, inPieces }: Answer, reply: FastifyReply): FastifyReply {
  reply.code(status)
  for (const [name, value] of headers) reply.header(name, value)
  if (body === undefined) return reply.send()
  return reply.send(inPieces ? Readable.from([body.subarray(0, 5), body.subarray(5)]) : Buffer.from(body))
}

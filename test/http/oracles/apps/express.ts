import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { answerNamed, echo, type Answer } from './answers.js'
import { listening, type Served } from './served.js'

export function expressApp(): Express {
  const app = express()
  app.all('/reply/:name', (request, response) => send(answerNamed(request.params.name), response))
  app.use('/echo', echoBack)
  app.all('/', echoBack)
  return app
}

export function serveExpress(app: Express): Promise<Served> {
  return listening(createServer(app))
}

function echoBack(request: Request, response: Response, next: NextFunction): void {
  const { method, originalUrl: target } = request
  const headers = Object.entries(request.headers)
  buffer(request).then((body) => send(echo({ method, target, headers, body }), response), next)
}

function send({ status, headers, body, inPieces }: Answer, response: Response): void {
  response.status(status)
  for (const [name, value] of headers) response.append(name, value)
  if (body === undefined) response.end()
  else if (!inPieces) response.send(body)
  else {
    response.write(body.subarray(0, 5))
    response.end(body.subarray(5))
  }
}

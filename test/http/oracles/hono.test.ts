import { handle } from 'hono/aws-lambda'
import { honoApp, serveHono } from './apps/hono.js'
import { compare } from './comparison.js'
import { FORMAT_NAMES, PAYLOAD_V2 } from './formats.js'
import { getsBodyAsUtf8, getsHeader, seesHeader, seesTargetOfUrl } from './rewrites.js'

const app = honoApp()
const handler = handle(app)

compare({
  serve: () => serveHono(app),
  handlerFor: () => (event) => handler(event as Parameters<typeof handler>[0]),
  losses: [
    {
      formats: ['API Gateway v1', 'API Gateway v2'],
      loses:
        'What the format decoded is parsed as a URL again: ? and # end a path, and signs are encoded anew.',
      instead: seesTargetOfUrl,
    },
    {
      formats: ['ALB multi'],
      loses: 'Values of a header are joined with semicolons, as only those of cookies are.',
      instead: {
        'a header twice': seesHeader('x-probe', 'first; second'),
        'a header with commas, twice': seesHeader('accept', 'text/html, text/plain;q=0.5; */*;q=0.1'),
        'a header twice in different case': seesHeader('x-probe', 'first; second'),
      },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'Headers beyond ASCII are percent-encoded.',
      instead: { 'a header beyond ASCII': seesHeader('x-name', 'caf%C3%A9') },
    },
    {
      formats: ['ALB single', ...PAYLOAD_V2],
      loses: 'Headers without a value are left out.',
      instead: { 'an empty header': seesHeader('x-empty', undefined) },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'Text in an answer is taken for UTF-8, whatever its charset.',
      instead: { 'the answer latin1': getsBodyAsUtf8 },
    },
    {
      formats: ['ALB single'],
      loses: 'All Set-Cookie but the first: where there is room for one, it takes that.',
      instead: {
        'the answer cookies': getsHeader('set-cookie', 'b=2; Path=/'),
        'POST answered with cookies': getsHeader('set-cookie', 'b=2; Path=/'),
      },
    },
  ],
})

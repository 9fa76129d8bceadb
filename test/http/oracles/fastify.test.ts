import awsLambdaFastify from '@fastify/aws-lambda'
import type { Context } from 'aws-lambda'
import { BINARY_TYPES } from './apps/answers.js'
import { fastifyApp, serveFastify } from './apps/fastify.js'
import { compare } from './comparison.js'
import { ALB, FORMAT_NAMES, PAYLOAD_V2 } from './formats.js'
import { AS_MAP, FALSE_ESCAPES_ESCAPED, GROUPED } from './queries-anew.js'
import {
  gets,
  getsBodyAsUtf8,
  getsHeader,
  sees,
  seesBy,
  seesContentLengthZero,
  seesHeader,
  seesRequestId,
  seesTargetOfUrl,
} from './rewrites.js'

const seesSpelledQuery = seesBy(({ query }) => ({ query: String(new URLSearchParams(query)) }))

compare({
  serve: () => serveFastify(fastifyApp()),
  handlerFor(format) {
    const handler = awsLambdaFastify(fastifyApp(), {
      binaryMimeTypes: BINARY_TYPES,
      albMultiValueHeaders: format === 'ALB multi',
      decorateRequest: false,
    })
    return async (event) => handler(event, {} as Context)
  },
  losses: [
    {
      formats: ALB,
      loses: 'That a request had no body: it gets a Content-Length of 0.',
      instead: seesContentLengthZero,
    },
    {
      formats: ['API Gateway v1', ...PAYLOAD_V2],
      loses: 'Nothing, but it adds the id of the request as a header.',
      instead: seesRequestId,
    },
    {
      formats: ALB,
      loses: 'Requests whose query has a percent sign that is no escape: it fails to decode it.',
      instead: {
        'an escape that is none': gets(502, 'URI malformed'),
        'a lone percent sign': gets(502, 'URI malformed'),
        'an escape that is no UTF-8': gets(502, 'URI malformed'),
      },
    },
    {
      formats: ALB,
      loses: 'That a plus in a query is a space: it decodes percent signs only.',
      instead: { 'a space as plus': sees({ query: 'q=a%2Bb' }) },
    },
    {
      formats: PAYLOAD_V2,
      loses: 'The query as it was sent: it reads the map.',
      instead: { ...AS_MAP, ...GROUPED, ...FALSE_ESCAPES_ESCAPED },
    },
    {
      formats: PAYLOAD_V2,
      loses: 'Which values of a query came apart: it takes those with a comma for several.',
      instead: { 'signs that need no escape': sees({ query: "q=a&q=b;c:d@e/f?g&r=!'()*~-._" }) },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'The spelling of path and query: inject() makes a URL of the path, and puts the query together.',
      instead: (exchange) => seesSpelledQuery(seesTargetOfUrl(exchange)),
    },
    {
      formats: ['API Gateway v2'],
      loses:
        'Where a path ends: a ? or a # that the format decoded ends it, and the query is added to what follows.',
      instead: {
        'an encoded question mark in the path': sees({ path: '/echo/a', query: 'b=&c=1' }),
        'an encoded hash in the path': sees({ path: '/echo/a', query: 'c=1' }),
      },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'A query key named __proto__: it assigns to the prototype.',
      instead: { 'a key named __proto__': sees({ query: 'a=1' }) },
    },
    {
      formats: PAYLOAD_V2,
      loses: 'The spaces between cookies.',
      instead: {
        'several cookies': seesHeader('cookie', 'session=abc123;theme=dark;lang=de'),
        'cookies with equals signs and quotes': seesHeader('cookie', 'token=YWJj==;q="a b";empty=;lone'),
        'two cookie headers': seesHeader('cookie', 'a=1;b=2'),
      },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'Text in an answer is taken for UTF-8, whatever its charset.',
      instead: { 'the answer latin1': getsBodyAsUtf8 },
    },
    {
      formats: ['ALB single'],
      loses: 'All Set-Cookie where there is more than one: it puts them where only multi mode reads.',
      instead: {
        'the answer cookies': getsHeader('set-cookie'),
        'POST answered with cookies': getsHeader('set-cookie'),
      },
    },
  ],
})

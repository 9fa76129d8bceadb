import serverlessHttp from 'serverless-http'
import { BINARY_TYPES } from './apps/answers.js'
import { expressApp, serveExpress } from './apps/express.js'
import { compare } from './comparison.js'
import { ALB, FORMAT_NAMES, PAYLOAD_V2 } from './formats.js'
import { FALSE_ESCAPES_ESCAPED, SPELLED_ANEW } from './queries-anew.js'
import {
  getsBodyAsUtf8,
  getsHeader,
  seesContentLengthZero,
  seesHeader,
  seesPathOfUrlFormat,
  seesRequestId,
  sees,
} from './rewrites.js'

const app = expressApp()
const handler = serverlessHttp(app, { binary: BINARY_TYPES })

compare({
  serve: () => serveExpress(app),
  handlerFor: () => (event) => handler(event, {}),
  losses: [
    {
      formats: FORMAT_NAMES,
      loses: 'That a request had no body: it gets a Content-Length of 0.',
      instead: seesContentLengthZero,
    },
    {
      formats: ['API Gateway v1', ...PAYLOAD_V2],
      loses: 'Nothing, but it adds the id of the request as a header.',
      instead: seesRequestId,
    },
    {
      formats: ['API Gateway v2'],
      loses: 'Nothing, but url.format() encodes the ? and the # of a decoded path again.',
      instead: seesPathOfUrlFormat,
    },
    {
      formats: ALB,
      loses: 'The spelling of a query: it decodes it, and spells it anew.',
      instead: {
        ...SPELLED_ANEW,
        ...FALSE_ESCAPES_ESCAPED,
        'an escape that is no UTF-8': sees({ query: 'q=%25E9' }),
      },
    },
    {
      formats: ALB,
      loses: 'A query key named __proto__: it assigns to the prototype.',
      instead: { 'a key named __proto__': sees({ query: 'a=1' }) },
    },
    {
      formats: ['ALB multi'],
      loses: 'That cookies are joined with semicolons: it joins all headers with commas.',
      instead: { 'two cookie headers': seesHeader('cookie', 'a=1, b=2') },
    },
    {
      formats: ['API Gateway v1'],
      loses: 'All values of a header but the last: where there are lists and single values, the latter win.',
      instead: {
        'a header twice': seesHeader('x-probe', 'second'),
        'a header with commas, twice': seesHeader('accept', '*/*;q=0.1'),
        'a header twice in different case': seesHeader('x-probe', 'second'),
        'two cookie headers': seesHeader('cookie', 'b=2'),
      },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'Text in an answer is taken for UTF-8, whatever its charset.',
      instead: { 'the answer latin1': getsBodyAsUtf8 },
    },
    {
      formats: ['ALB single'],
      loses: 'All Set-Cookie where there is more than one.',
      instead: {
        'the answer cookies': getsHeader('set-cookie'),
        'POST answered with cookies': getsHeader('set-cookie'),
      },
    },
    {
      formats: ['ALB single', ...PAYLOAD_V2],
      loses: 'Where one value of a header in an answer ends and the next begins: it joins them.',
      instead: { 'the answer repeated-header': getsHeader('x-many', 'one, two, three, four') },
    },
    {
      formats: ['ALB multi', 'API Gateway v1'],
      loses: 'Nothing, but it adds the joined values of a header in an answer as one value more.',
      instead: {
        'the answer repeated-header': getsHeader(
          'x-many',
          'one',
          'two',
          'three, four',
          'one, two, three, four',
        ),
      },
    },
  ],
})

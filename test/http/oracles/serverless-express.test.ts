import { configure } from '@codegenie/serverless-express'
import type { Context } from 'aws-lambda'
import { BINARY_TYPES } from './apps/answers.js'
import { expressApp, serveExpress } from './apps/express.js'
import { compare } from './comparison.js'
import { ALB, FORMAT_NAMES, PAYLOAD_V2 } from './formats.js'
import { SPELLED_ANEW } from './queries-anew.js'
import { gets, getsBodyAsUtf8, getsHeader, sees, seesHeader, seesPathOfUrlFormat } from './rewrites.js'

const silent = { error() {}, warn() {}, info() {}, debug() {}, verbose() {} }
const app = expressApp()
const handler = configure({ app, log: silent, binarySettings: { contentTypes: BINARY_TYPES } })

compare({
  serve: () => serveExpress(app),
  handlerFor: () => async (event) => handler(event, {} as Context, () => {}) as unknown,
  losses: [
    {
      formats: FORMAT_NAMES,
      loses: "Express' own page for what it does not know: the socket that it makes up has no on().",
      instead: { 'a path that the app does not know': gets(500) },
    },
    {
      formats: ['API Gateway v1'],
      loses: 'A slash at the end of a path: it reads the path parameter, which goes without.',
      instead: { 'a trailing slash': sees({ path: '/echo' }) },
    },
    {
      formats: ['API Gateway v2'],
      loses: 'Nothing, but url.format() encodes the ? and the # of a decoded path again.',
      instead: seesPathOfUrlFormat,
    },
    {
      formats: ALB,
      loses: 'The spelling of a query: it decodes it, and spells it anew.',
      instead: SPELLED_ANEW,
    },
    {
      formats: ALB,
      loses: 'Requests whose query has a percent sign that is no escape: it fails to decode it.',
      instead: {
        'an escape that is none': gets(500),
        'a lone percent sign': gets(500),
        'an escape that is no UTF-8': gets(500),
      },
    },
    {
      formats: ALB,
      loses: 'A query key named __proto__: it assigns to the prototype.',
      instead: { 'a key named __proto__': sees({ query: 'a=1' }) },
    },
    {
      formats: ['ALB multi', 'API Gateway v1'],
      loses:
        'The space behind the comma that joins values of a header, and the semicolon that joins cookies.',
      instead: {
        'a header twice': seesHeader('x-probe', 'first,second'),
        'a header with commas, twice': seesHeader('accept', 'text/html, text/plain;q=0.5,*/*;q=0.1'),
        'a header twice in different case': seesHeader('x-probe', 'first,second'),
        'two cookie headers': seesHeader('cookie', 'a=1,b=2'),
      },
    },
    {
      formats: FORMAT_NAMES,
      loses: 'Text in an answer is taken for UTF-8, whatever its charset.',
      instead: { 'the answer latin1': getsBodyAsUtf8 },
    },
    {
      formats: ['ALB single'],
      loses: 'All values of a header in an answer but the first: where there is room for one, it takes that.',
      instead: {
        'the answer cookies': getsHeader('set-cookie', 'b=2; Path=/'),
        'POST answered with cookies': getsHeader('set-cookie', 'b=2; Path=/'),
        'the answer repeated-header': getsHeader('x-many', 'one'),
      },
    },
    {
      formats: PAYLOAD_V2,
      loses: 'Where one value of a header in an answer ends and the next begins: it joins them.',
      instead: { 'the answer repeated-header': getsHeader('x-many', 'one,two,three, four') },
    },
  ],
})

// What each HTTP format makes of one request and asks of a reply, as the code itself does it: a table for the docs.
import { alb, apiGatewayV1, apiGatewayV2, functionUrl } from '../dist/http/index.js'

const FORMATS = {
  '`alb()`': alb(),
  '`alb({ multiValueHeaders })`': alb({ multiValueHeaders: true }),
  '`apiGatewayV1()`': apiGatewayV1(),
  '`apiGatewayV2()`': apiGatewayV2(),
  '`functionUrl()`': functionUrl(),
}

const REQUEST = {
  method: 'POST',
  path: '/a%20b',
  query: 'q=x%2By&q=c+d',
  headers: [
    ['Host', 'shop.example'],
    ['X-Tag', 'one'],
    ['X-Tag', 'two'],
    ['Cookie', 'a=1; b=2'],
    ['Content-Type', 'image/png'],
  ],
  body: new Uint8Array([137, 80]),
  origin: { address: '192.0.2.7', protocol: 'https', port: 443 },
  id: '3f2b8c1e-9a4d-4e6f-8b7a-0123456789ab',
  receivedMs: 0,
}

const ROWS = {
  'path `/a%20b`': (_, event) => code(event.rawPath ?? event.path),
  'query `q=x%2By&q=c+d`': (_, event) =>
    code(event.multiValueQueryStringParameters?.q ?? event.queryStringParameters.q) +
    (event.rawQueryString === undefined ? '' : ', and as sent in `rawQueryString`'),
  '`X-Tag` sent twice': (_, event) => {
    const name = Object.keys(event.multiValueHeaders ?? event.headers).find((key) => /^x-tag$/i.test(key))
    return `${code(event.multiValueHeaders?.[name] ?? event.headers[name])} under \`${name}\``
  },
  cookies: (_, event) =>
    code(
      event.cookies ?? (event.multiValueHeaders ?? event.headers).cookie ?? event.multiValueHeaders.Cookie,
    ),
  'an image as body': (_, event) => `${code(event.body)}, base64: ${event.isBase64Encoded}`,
  'largest request body': (format) => size(format.maxRequestBytes),
  'largest reply (JSON)': (format) => size(format.maxReplyBytes),
  'the reply `{ "body": "hello" }`': (format) => {
    const reply = format.decode({ body: 'hello' })
    return 'problem' in reply
      ? 'invalid: `statusCode` is missing'
      : `${reply.status}, body ${code(Buffer.from(reply.body).toString())}`
  },
  'an invalid reply': (format) => format.onInvalidReply,
}

export function formatTable() {
  const names = Object.keys(FORMATS)
  const rows = Object.entries(ROWS).map(([title, cell]) => [
    title,
    ...Object.values(FORMATS).map((format) => cell(format, format.encode(REQUEST))),
  ])
  return [['', ...names], names.concat('').map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function code(value) {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function size(bytes) {
  return bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MB` : `${bytes.toLocaleString('en')} bytes`
}

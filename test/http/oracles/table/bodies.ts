import { gzipSync } from 'node:zlib'
import { ALL_BYTES } from '../apps/answers.js'
import type { Sent } from './sent.js'

const json = '{"name":"Zoë 日本 😀","nul":"\\u0000"}'
const form = 'a=1&a=2&q=caf%C3%A9+b&empty='
const multipart = [
  '--edge',
  'content-disposition: form-data; name="file"; filename="é.bin"',
  'content-type: application/octet-stream',
  '',
  'bytes',
  '--edge--',
  '',
].join('\r\n')

/** Methods, and what can be sent along. */
export const bodies = {
  'POST JSON': post('application/json', json),
  'POST a form': post('application/x-www-form-urlencoded', form),
  'POST multipart': post('multipart/form-data; boundary=edge', multipart),
  'POST all bytes': post('application/octet-stream', ALL_BYTES),
  'POST an image': post('image/png', ALL_BYTES),
  'POST gzip': {
    ...post('application/json', gzipSync(json)),
    headers: [
      ['content-type', 'application/json'],
      ['content-encoding', 'gzip'],
    ],
  },
  'POST text': post('text/plain; charset=utf-8', 'two\r\nlines “é”\n'),
  'POST text that is no UTF-8': post('text/plain; charset=iso-8859-1', Buffer.from('café', 'latin1')),
  'POST XML': post('application/xml', '<?xml version="1.0"?><a>é</a>'),
  'POST a problem': post('application/problem+json', '{"title":"é"}'),
  'POST large text': post('text/plain; charset=utf-8', 'twelve bytes'.repeat(42_667)),
  'POST nothing': post('application/json', ''),
  'POST without a type': { method: 'POST', target: '/echo', body: 'untyped é' },
  'POST with a query': { ...post('text/plain', 'text'), target: '/echo/items?a=1&b=c%20d' },
  PUT: { ...post('application/json', json), method: 'PUT' },
  PATCH: { ...post('application/merge-patch+json', '{"a":null}'), method: 'PATCH' },
  DELETE: { method: 'DELETE', target: '/echo/items/7' },
  'DELETE with a body': { ...post('application/json', json), method: 'DELETE' },
  OPTIONS: {
    method: 'OPTIONS',
    target: '/echo',
    headers: [
      ['origin', 'https://example.com'],
      ['access-control-request-method', 'PUT'],
    ],
  },
  HEAD: { method: 'HEAD', target: '/echo/items?a=1' },
} satisfies Readonly<Record<string, Sent>>

function post(type: string, body: string | Uint8Array): Sent {
  return { method: 'POST', target: '/echo', headers: [['content-type', type]], body }
}

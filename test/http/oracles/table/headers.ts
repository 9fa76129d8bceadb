import type { Sent } from './sent.js'

export const headers = {
  'a header twice': {
    target: '/echo',
    headers: [
      ['x-probe', 'first'],
      ['x-probe', 'second'],
    ],
  },
  'a header with commas, twice': {
    target: '/echo',
    headers: [
      ['accept', 'text/html, text/plain;q=0.5'],
      ['accept', '*/*;q=0.1'],
    ],
  },
  'header names in mixed case': {
    target: '/echo',
    headers: [
      ['X-CamelCase', 'Kept'],
      ['AUTHORIZATION', 'Bearer abc.def=='],
    ],
  },
  'a header twice in different case': {
    target: '/echo',
    headers: [
      ['X-Probe', 'first'],
      ['x-probe', 'second'],
    ],
  },
  'a long header': { target: '/echo', headers: [['x-long', 'value '.repeat(700).trim()]] },
  'an empty header': { target: '/echo', headers: [['x-empty', '']] },
  'a header beyond ASCII': { target: '/echo', headers: [['x-name', 'café']] },
  'a proxy before': {
    target: '/echo',
    headers: [
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Forwarded-Proto', 'http'],
    ],
  },
  'a trace that has begun': {
    target: '/echo',
    headers: [['X-Amzn-Trace-Id', 'Root=1-6a5145a8-0123456789abcdef01234567']],
  },
  'one cookie': { target: '/echo', headers: [['cookie', 'session=abc123']] },
  'several cookies': { target: '/echo', headers: [['cookie', 'session=abc123; theme=dark; lang=de']] },
  'cookies with equals signs and quotes': {
    target: '/echo',
    headers: [['cookie', 'token=YWJj==; q="a b"; empty=; lone']],
  },
  'two cookie headers': {
    target: '/echo',
    headers: [
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
    ],
  },
} satisfies Readonly<Record<string, Sent>>

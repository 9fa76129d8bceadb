import { ALB, PAYLOAD_V2 } from './formats.js'
import type { Loss } from './losses.js'
import { AS_MAP, FALSE_ESCAPES_ESCAPED, GROUPED, SPELLED_ANEW } from './queries-anew.js'
import { sees, seesHeader } from './rewrites.js'

/** What the formats themselves lose, whoever reads their events. */
export const formatLosses: readonly Loss[] = [
  {
    formats: ['ALB single'],
    loses: 'All values of a query key but the last: there is room for one.',
    instead: {
      'a key twice': sees({ query: 'k=two' }),
      'a key twice, another between': sees({ query: 'k=two&other=1' }),
      'a key twice with the same value': sees({ query: 'k=one' }),
    },
  },
  {
    formats: ['ALB single'],
    loses: 'All values of a header but the last: there is room for one.',
    instead: {
      'a header twice': seesHeader('x-probe', 'second'),
      'a header with commas, twice': seesHeader('accept', '*/*;q=0.1'),
      'a header twice in different case': seesHeader('x-probe', 'second'),
      'two cookie headers': seesHeader('cookie', 'b=2'),
    },
  },
  {
    formats: ['ALB multi', 'API Gateway v1'],
    loses: 'The order among the values of different query keys: they stand by key.',
    instead: GROUPED,
  },
  {
    formats: [...ALB, 'API Gateway v1'],
    loses: 'The order of query keys that are numbers, and what of a query is no pair: it is a map.',
    instead: AS_MAP,
  },
  {
    formats: ['API Gateway v1'],
    loses: 'The spelling of a query: it is decoded, and whoever needs a URL spells it anew.',
    instead: { ...SPELLED_ANEW, ...FALSE_ESCAPES_ESCAPED },
  },
  {
    formats: ['API Gateway v1'],
    loses: 'The length of a body: REST APIs do not pass it on.',
    instead: { 'POST nothing': seesHeader('content-length', undefined) },
  },
  {
    formats: ['API Gateway v2'],
    loses: 'The spelling of a path: it is decoded.',
    instead: {
      'dots encoded': sees({ path: '/echo/a/../b' }),
      'a unicode path': sees({ path: '/echo/café/日' }),
      'a unicode path in lower-case hex': sees({ path: '/echo/café' }),
      'a space in the path': sees({ path: '/echo/a b' }),
      'an encoded plus in the path': sees({ path: '/echo/a+b' }),
      'an encoded slash in the path': sees({ path: '/echo/a/b' }),
      'an encoded percent sign in the path': sees({ path: '/echo/a%20b' }),
      'an encoded question mark in the path': sees({ path: '/echo/a?b' }),
      'an encoded hash in the path': sees({ path: '/echo/a#b' }),
    },
  },
  {
    formats: PAYLOAD_V2,
    loses: 'Where one value of a header ends and the next begins: a comma without a space joins them.',
    instead: {
      'a header twice': seesHeader('x-probe', 'first,second'),
      'a header with commas, twice': seesHeader('accept', 'text/html, text/plain;q=0.5,*/*;q=0.1'),
      'a header twice in different case': seesHeader('x-probe', 'first,second'),
    },
  },
]

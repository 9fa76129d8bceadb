import type { Sent } from './sent.js'

/** What can stand before the question mark. */
export const paths = {
  'the root': { target: '/' },
  'the root with a query': { target: '/?a=1' },
  'a trailing slash': { target: '/echo/' },
  'two slashes': { target: '/echo//a' },
  'a path of dots': { target: '/echo/./a/../b' },
  'dots encoded': { target: '/echo/a/%2e%2E/b' },
  'a unicode path': { target: '/echo/caf%C3%A9/%E6%97%A5' },
  'a unicode path in lower-case hex': { target: '/echo/caf%c3%a9' },
  'a space in the path': { target: '/echo/a%20b' },
  'a plus in the path': { target: '/echo/a+b' },
  'an encoded plus in the path': { target: '/echo/a%2Bb' },
  'an encoded slash in the path': { target: '/echo/a%2Fb' },
  'an encoded percent sign in the path': { target: '/echo/a%2520b' },
  'an encoded question mark in the path': { target: '/echo/a%3Fb?c=1' },
  'an encoded hash in the path': { target: '/echo/a%23b?c=1' },
  'an escape that is none in the path': { target: '/echo/a%zz' },
  'signs in the path': { target: "/echo/a;b=c,d:@!$&'()*~" },
} satisfies Readonly<Record<string, Sent>>

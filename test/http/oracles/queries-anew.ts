import { sees } from './rewrites.js'

/** A map has each key once, at the place of its first value, numbers first; and no place for what is no pair. */
export const AS_MAP = {
  'keys that are numbers': sees({ query: '1=a&2=b' }),
  'a key without equals sign': sees({ query: 'flag=&b=1' }),
  'two ampersands': sees({ query: 'a=1&b=2' }),
  'an ampersand at the end': sees({ query: 'a=1' }),
}

export const GROUPED = { 'a key twice, another between': sees({ query: 'k=one&k=two&other=1' }) }

/** Decoded, and encoded again as `encodeURIComponent` does. */
export const SPELLED_ANEW = {
  'keys with brackets': sees({ query: 'ids%5B%5D=1&filter%5Bname%5D=x' }),
  'a space as plus': sees({ query: 'q=a%20b' }),
  'unicode in lower-case hex': sees({ query: 'q=%C3%A9' }),
  'letters escaped needlessly': sees({ query: 'q=a-' }),
  'two equals signs': sees({ query: 'a=b%3Dc' }),
  'signs that need no escape': sees({ query: "q=a%2Cb%3Bc%3Ad%40e%2Ff%3Fg&r=!'()*~-._" }),
}

/** Escapes that were left as they are where they stand for nothing, and encoded again with the rest. */
export const FALSE_ESCAPES_ESCAPED = {
  'an escape that is none': sees({ query: 'q=%25zz' }),
  'a lone percent sign': sees({ query: 'q=100%25' }),
  'an escape that is no UTF-8': sees({ query: 'q=%25E9' }),
}

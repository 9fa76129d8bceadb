import type { HttpHeaders } from './message.js'

/** The values of one header, in their order; `name` in lower case. */
export function valuesOf(headers: HttpHeaders, name: string): readonly string[] {
  return headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
}

/** The entries of a header's list, over all of its lines; `name` in lower case. */
export function tokensOf(headers: HttpHeaders, name: string): readonly string[] {
  return valuesOf(headers, name)
    .flatMap((value) => value.split(','))
    .map((token) => token.trim())
    .filter((token) => token !== '')
}

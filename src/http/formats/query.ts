import type { Pairs } from './pairs.js'
import { percentDecoded } from './percent.js'

/** A query's parameters as they were sent; one without an equals sign has an empty value. */
export function rawParameters(query: string): Pairs {
  return query
    .split('&')
    .filter((parameter) => parameter !== '')
    .map((parameter) => {
      const [name = '', ...value] = parameter.split('=')
      return [name, value.join('=')]
    })
}

/** A query's parameters as a form would have had them: plus signs are spaces. */
export function decodedParameters(query: string): Pairs {
  return rawParameters(query).map(([name, value]) => [decoded(name), decoded(value)])
}

function decoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '))
}

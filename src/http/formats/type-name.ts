/** What sort of value was given, for messages: the value itself stays out, since replies hold secrets. */
export function typeName(given: unknown): string {
  if (given === undefined || given === null) return String(given)
  if (typeof given === 'string') return 'a text'
  if (typeof given !== 'object') return `a ${typeof given}`
  return Array.isArray(given) ? 'a list' : 'an object'
}

/** What became of a payload, or why the key cannot stand in it. */
export type Placed = { readonly payload: unknown } | { readonly refused: string }

/**
 * A payload with the key at a path such as `order.key`; objects that are missing on the way are made.
 *
 * What the caller gave stays as it is: everything on the way is a copy.
 */
export function placeInPayload(payload: unknown, path: string, key: string): Placed {
  try {
    return { payload: placed(payload, path.split('.'), key, 'payload') }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    throw error
  }
}

class Refusal extends Error {}

function placed(parent: unknown, [name = '', ...rest]: string[], key: string, at: string): object {
  if (parent !== undefined && !isOpen(parent)) throw new Refusal(`${at} is no plain object`)
  const place = `${at}.${name}`
  const present: unknown = parent && Object.hasOwn(parent, name) ? Reflect.get(parent, name) : undefined
  if (rest.length > 0) return { ...parent, [name]: placed(present, rest, key, place) }
  if (present !== undefined && present !== key) throw new Refusal(`${place} has another value already`)
  return { ...parent, [name]: key }
}

/** Whether a copy with one more property says the same otherwise: not so for lists, dates, bytes and maps. */
function isOpen(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]' && !('toJSON' in (value as object))
}

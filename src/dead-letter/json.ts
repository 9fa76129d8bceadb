import { types } from 'node:util'

/** JSON that a queue takes too: two characters that JSON may carry, and the text of a message may not, are escaped. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, (char) =>
    char === '\uFFFE' ? '\\ufffe' : '\\uffff',
  )
}

/**
 * The first thing in a payload that JSON makes something else of in silence, and where, such as `a Map at payload.items`:
 * a codec of the user's own may have sent it as it was.
 */
export function changedInJson(payload: unknown): string | undefined {
  const paths = new WeakMap<object, string>()
  let changed: string | undefined
  JSON.stringify(payload, function look(this: object, key, value: unknown) {
    const parent = paths.get(this)
    const at =
      parent === undefined ? 'payload' : Array.isArray(this) ? `${parent}[${key}]` : `${parent}.${key}`
    if (typeof value === 'object' && value !== null) paths.set(value, at)
    const what = opaque(value)
    if (what !== undefined) changed ??= `${what} at ${at}`
    // What is in it is told with it.
    return changed === undefined ? value : undefined
  })
  return changed
}

function opaque(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (types.isNativeError(value)) return 'an Error'
  const isOpaque =
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return isOpaque ? `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}` : undefined
}

/**
 * Text from the outside on one line of a log: only printable ASCII, and no quote that ends a field.
 *
 * A line break would forge a line, and an escape sequence or a change of the writing direction would fool a terminal.
 */
export function printable(text: string): string {
  return text.replace(/[^ !#-[\]-~]/g, (unit) => {
    if (unit === '"' || unit === '\\') return `\\${unit}`
    const hex = unit.charCodeAt(0).toString(16)
    return unit.charCodeAt(0) < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

/** JSON on one line, of printable ASCII only; it means the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * Text from the outside on one line of a log, in printable ASCII: a line break would forge a line, and an escape
 * sequence or a change of the writing direction would fool a terminal.
 */
export function printable(text: string): string {
  return text.replace(/[^ -[\]-~]/g, (unit) => {
    const code = unit.charCodeAt(0)
    if (unit === '\\') return '\\\\'
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`
  })
}

/** The same between quotes, which nothing in the text can end. */
export function quoted(text: string): string {
  return `"${printable(text).replaceAll('"', '\\"')}"`
}

/** JSON on one line, in printable ASCII; it means the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

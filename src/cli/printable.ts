/**
 * Text from outside on one line of a log, with what cannot be seen written out: a line break would forge a line, and an
 * escape sequence or a change of the writing direction would fool a terminal.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (unseen) => {
    const code = unseen.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code)}}`
  })
}

/** The same between quotes, which nothing in the text can end. */
export function quoted(text: string): string {
  return `"${printable(text.replace(/["\\]/g, '\\$&'))}"`
}

/** JSON on one line and in ASCII; it means the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
}

function hex(code: number, digits = 1): string {
  return code.toString(16).padStart(digits, '0')
}

/** What keeps a text from being base64, undefined when nothing does; the padding may be left out. */
export function base64Fault(text: string): string | undefined {
  const digits = text.replace(/={1,2}$/, '')
  const stranger = digits.search(/[^A-Za-z\d+/]/)
  if (stranger >= 0) return `its character at ${stranger} is none of it`
  const padded = digits.length < text.length
  if (padded ? text.length % 4 !== 0 : digits.length % 4 === 1) return `its length of ${text.length} is not`
  return undefined
}

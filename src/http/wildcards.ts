/** Whether a text is of a pattern in which `*` stands for any characters and `?` for any one. */
export function isLike(pattern: string, text: string): boolean {
  let at = 0
  let next = 0
  let star = -1
  let resume = 0
  // Not a regular expression: on a pattern of many stars one could take forever.
  while (next < text.length) {
    const wanted = pattern[at]
    if (wanted === '*') {
      star = at
      resume = next
      at += 1
    } else if (wanted === '?' || wanted === text[next]) {
      at += 1
      next += 1
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      next = resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
}

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

/**
 * The same for ARNs, part by part, so that no wildcard reaches into the next part.
 *
 * Source: IAM User Guide, "ARN condition operators".
 */
export function isArnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true
  const patterns = partsOf(pattern)
  const parts = partsOf(arn)
  return patterns.length === parts.length && patterns.every((part, index) => isLike(part, parts[index] ?? ''))
}

/** The sixth is the resource, which keeps its colons. */
function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

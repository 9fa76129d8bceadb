import { isLike } from '../wildcards.js'

/**
 * Whether an ARN is of a pattern with wildcards, part by part, so that no wildcard reaches into the next part.
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

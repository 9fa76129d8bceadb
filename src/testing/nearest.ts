const SHOWN = 3

/** The three of `known` that share most with `word`, for somebody who mistyped one of them. */
export function nearestOf(word: string, known: readonly string[]): readonly string[] {
  const wanted = pairs(word)
  return known
    .map((name) => ({ name, score: likeness(wanted, pairs(name)) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ name }) => name)
}

/** The letters of a word two by two: the order of its parts and a slip of the pen change few of them. */
function pairs(word: string): ReadonlySet<string> {
  const letters = word.toLowerCase()
  return new Set(Array.from(letters.slice(1), (letter, index) => letters.charAt(index) + letter))
}

/** Dice's coefficient, from 0 for nothing in common to 1. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((pair) => b.has(pair)).length
  return (2 * common) / (a.size + b.size || 1)
}

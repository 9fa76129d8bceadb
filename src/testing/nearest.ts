const SHOWN = 3

/** The three of `known` that share most with `word`, for somebody who mistyped one of them. */
export function nearestOf(word: string, known: readonly string[]): readonly string[] {
  const wanted = partsOf(word)
  return known
    .map((name) => ({ name, score: likeness(wanted, partsOf(name)) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ name }) => name)
}

/** The letters of a word, alone and two by two: the order of its parts and a slip of the pen change few of them. */
function partsOf(word: string): ReadonlySet<string> {
  const letters = word.toLowerCase()
  return new Set(Array.from(letters, (letter, index) => [letter, letters.slice(index, index + 2)]).flat())
}

/** Dice's coefficient, from 0 for nothing in common to 1. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((part) => b.has(part)).length
  return (2 * common) / (a.size + b.size || 1)
}

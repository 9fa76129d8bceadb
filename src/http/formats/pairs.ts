/** Names with their values in the order they came in; a name may come more than once. */
export type Pairs = readonly (readonly [name: string, value: string])[]

export function lowerCased(pairs: Pairs): Pairs {
  return pairs.map(([name, value]) => [name.toLowerCase(), value])
}

// All maps are made by `Object.fromEntries`, which defines properties: `__proto__` is a name like any other.

/** One value for each name: the last. */
export function lastOfEach(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(pairs)
}

export function allOfEach(pairs: Pairs): Record<string, string[]> {
  return Object.fromEntries(grouped(pairs))
}

/** One value for each name: all of its own, with commas between them. */
export function joinedOfEach(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(Array.from(grouped(pairs), ([name, values]) => [name, values.join(',')]))
}

function grouped(pairs: Pairs): ReadonlyMap<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const values = groups.get(name)
    if (values) values.push(value)
    else groups.set(name, [value])
  }
  return groups
}

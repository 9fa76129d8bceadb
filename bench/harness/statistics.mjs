export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  return below + (sorted[Math.ceil(at)] - below) * (at % 1)
}

export function median(values) {
  return quantile(values, 0.5)
}

/** How much more than the other, round by round. */
export function differences(values, others) {
  return values.map((value, round) => value - others[round])
}

/** How many times the other, round by round. */
export function ratios(values, others) {
  return values.map((value, round) => value / others[round])
}

/** The median of how many times the other; undefined where one of them was not measured. */
export function factor(values, others) {
  return values && others && median(ratios(values, others))
}

/** How much the good answers of two contenders may differ and still be called equal. */
const NOISE = 0.01

const atMost = (key, name, limit) => ({
  text: `${name} at most ${limit}`,
  met: ({ [key]: { mean } }) => mean <= limit,
})
const atLeast = (key, name, share) => ({
  text: `${name} at least ${share * 100} %`,
  met: ({ [key]: { mean } }) => mean >= share,
})

const BACK = [atMost('recovery', 'recovery', 1.5), atLeast('after', 'ok after', 0.99)]

/** What ours is meant to reach with 1,000 clients, by scenario and contender; judged on the mean of the seeds. */
const TARGETS = {
  outage: {
    ours: [atMost('attempts', 'attempts', 0.3), atMost('worst', 'worst second', 1.5), ...BACK],
    'ours, breaker off': [
      atMost('attempts', 'attempts', 1.05),
      atMost('worst', 'worst second', 1.5),
      ...BACK,
    ],
  },
  brownout: { ours: [atLeast('during', 'ok', 0.985), atMost('attempts', 'attempts', 1.42)] },
  overload: {
    ours: [
      atMost('attempts', 'attempts', 1.1),
      {
        text: `answers at least those of the best peer, less ${NOISE * 100} %`,
        needs: ({ peers }) => peers.length > 0,
        met: ({ goodput }, { peers }) =>
          goodput.mean >= (1 - NOISE) * Math.max(...peers.map((peer) => peer.goodput.mean)),
      },
      atMost('p99', 'p99', 1_000),
      atMost('recovery', 'recovery', 1),
    ],
  },
  slow: {
    ours: [
      atLeast('during', 'ok', 0.09),
      atMost('attempts', 'attempts', 1.1),
      atMost('recovery', 'recovery', 4),
    ],
  },
  steady: {
    'ours + hedge': [
      {
        text: 'p99.9 at most half of that without hedging',
        needs: ({ ours }) => ours !== undefined,
        met: ({ p999 }, { ours }) => p999.mean <= ours.p999.mean / 2,
      },
      {
        text: 'billed time at most 2 % more than without hedging',
        needs: ({ ours }) => ours !== undefined,
        met: ({ billedMs }, { ours }) => billedMs.mean <= 1.02 * ours.billedMs.mean,
      },
      atMost('attempts', 'attempts', 1.03),
    ],
  },
  beside: {
    ours: [
      {
        text: 'ok within 0.1 points of before the incident',
        met: ({ during, before }) => during.mean >= before.mean - 0.001,
      },
      {
        text: 'p99 within 5 % of before the incident',
        met: ({ p99, p99Before }) => p99.mean <= 1.05 * p99Before.mean,
      },
    ],
  },
}

/** Each target of a scenario, and whether the rows meet it; where those it speaks of did not run, it is left out. */
export function judge(scenario, rows) {
  const figuresOf = (name) => rows.find(({ contender }) => contender === name)?.figures
  const peers = rows.filter(({ contender }) => !contender.startsWith('ours')).map(({ figures }) => figures)
  return Object.entries(TARGETS[scenario] ?? {}).flatMap(([contender, targets]) => {
    const figures = figuresOf(contender)
    const others = { peers, ours: figuresOf('ours') }
    return targets
      .filter(({ needs }) => figures && (!needs || needs(others)))
      .map(({ text, met }) => ({ contender, text, met: met(figures, others) }))
  })
}

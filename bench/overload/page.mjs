import { table } from './table.mjs'
import { judge } from './targets.mjs'
import { END_MS, INCIDENT, LIMITS, RATE, SCENARIOS } from './scenarios.mjs'

/** The page with all tables; nothing in it depends on the machine or the day. */
export function page(rows, seeds) {
  const fleets = [...new Set(rows.map(({ clients }) => clients))]
  return `# Fleets through overload

What ${fleets.join(' and ')} callers of one function get, and what they do to it, when something goes wrong for
${(INCIDENT.untilMs - INCIDENT.fromMs) / 1_000} of ${END_MS / 1_000} seconds. Everything runs on simulated time; what it models, and what it does not, stands in [README.md](README.md).
Made by \`npm run bench:overload\`; the same seeds give the same bytes.

- ${RATE.toLocaleString('en')} calls a second over the whole fleet, whatever its size; all calls are declared idempotent, or nothing could be retried after a 500.
- For everybody, the caller is gone after ${LIMITS.deadlineMs} ms. The attempts of peers may take ${LIMITS.timeoutMs} ms; ours has no such timeout as it
  comes, and a row with the peers' one.
- Figures are means over ${seeds} seeds, with the least and the most in brackets. All but "whole run", "after", "worst second" and "recovery" are those of the incident; where nothing happens they are those of the whole run.
- Attempts are requests that Lambda saw per call that was begun: a call that an open circuit refuses makes none.
- Answers per s are those that came during the incident, whenever their calls began.
- Wasted work is the share of the environments' time that went into answers that nobody got. Billed ms are that time per call.
- Recovery ends with the last half second in which less than 99 % of the usual share was answered.

![Success and attempts per call over time](timeline.svg)

${SCENARIOS.map((scenario) => section(scenario, rows, fleets)).join('\n')}`
}

function section({ name, title }, rows, fleets) {
  const parts = fleets.flatMap((clients) => {
    const shown = rows.filter((row) => row.scenario === name && row.clients === clients)
    if (shown.length === 0) return []
    return `${clients.toLocaleString('en')} clients:\n\n${table(shown, ['contender'])}${verdicts(name, shown, clients)}`
  })
  return parts.length === 0 ? '' : `## ${title[0].toUpperCase()}${title.slice(1)}\n\n${parts.join('\n')}`
}

/** Targets are set for the large fleet. */
function verdicts(scenario, rows, clients) {
  const judged = clients === 1_000 ? judge(scenario, rows) : []
  if (judged.length === 0) return ''
  const lines = judged.map(
    ({ contender, text, met }) => `- ${met ? 'met' : '**not met**'}: ${contender}, ${text}\n`,
  )
  return `\n${lines.join('')}`
}

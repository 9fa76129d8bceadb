import { startArrivals, Call } from './clients.mjs'
import { installAsGlobal, SimulationClock } from './clock.mjs'
import { contenderNamed } from './contenders/index.mjs'
import { Measure } from './measure.mjs'
import { FunctionModel, meanServiceMs } from './model.mjs'
import { randomStream } from './random.mjs'
import { END_MS, INCIDENT, LIMITS, RATE, SCENARIOS } from './scenarios.mjs'

/** A pool that a fleet at this load has needed some time before: what is in flight on average, and some more. */
const SPARE = 1.15

/** One run: one contender in one scenario with one seed. The same arguments give the same figures, always. */
export async function simulate({
  scenario: name,
  contender: contenderName,
  clients,
  seed,
  plan,
  rate = RATE,
  limits = LIMITS,
}) {
  const scenario = SCENARIOS.find((known) => known.name === name)
  if (!scenario)
    throw new Error(`No scenario '${name}'; there are: ${SCENARIOS.map((known) => known.name).join(', ')}`)
  const contender = contenderNamed(contenderName)
  const stream = (part) => randomStream(seed, part)
  const clock = new SimulationClock(stream('policies'))
  const measure = new Measure()
  const functions = makeFunctions(scenario, { clock, stream, rate, measure })

  const uninstall = installAsGlobal(clock)
  try {
    const tools = { clock, limits, plan, invoke: (target, answer) => functions[target].invoke(answer) }
    const fleet = Array.from({ length: clients }, await contender.prepare(tools))
    startArrivals({
      clock,
      random: stream('arrivals'),
      clients,
      functions: Object.keys(functions),
      rate,
      untilMs: END_MS,
      arrive: (client, target) =>
        makeCall({ ...tools, contender, client: fleet[client], target, measure, scenario }),
    })
    await clock.runUntil(END_MS + limits.deadlineMs + 1)
  } finally {
    uninstall()
  }
  const steady = name === 'steady'
  return { figures: measure.figures(steady), series: measure.series() }
}

function makeFunctions({ functions, incident, watched }, { clock, stream, rate, measure }) {
  const share = rate / RATE / Object.keys(functions).length
  const scaled = (limit) => Math.round((limit * rate) / RATE)
  const models = {}
  for (const [name, healthy] of Object.entries(functions)) {
    const settings = { ...healthy, limit: scaled(healthy.limit) }
    const isWatched = watched === undefined || watched === name
    const model = new FunctionModel({
      clock,
      random: stream(`function ${name}`),
      settings,
      warm: Math.ceil((SPARE * RATE * share * meanServiceMs(settings)) / 1_000),
      watch: {
        attempt: () => isWatched && measure.attempt(clock.now()),
        work: (begun) => isWatched && measure.work(begun),
        heard: (done) => isWatched && measure.heard(done),
      },
    })
    const { recycle, limit = healthy.limit, ...changes } = incident[name] ?? {}
    clock.setTimer(INCIDENT.fromMs, function incidentBegins() {
      model.set({ ...settings, ...changes, limit: scaled(limit) })
      if (recycle) model.recycle(INCIDENT.untilMs - INCIDENT.fromMs)
    })
    clock.setTimer(INCIDENT.untilMs, () => model.set(settings))
    models[name] = model
  }
  return models
}

function makeCall({ clock, limits, invoke, contender, client, target, measure, scenario: { watched } }) {
  const isWatched = watched === undefined || watched === target
  const measured = isWatched ? measure.begin(clock.now()) : undefined
  let over = false
  const call = new Call({
    clock,
    name: target,
    limits,
    invoke: (answer) => invoke(target, (how) => (answer(how), !over)),
  })
  const gone = clock.setTimer(limits.deadlineMs, function callerIsGone() {
    end(false)
    if (contender.stops !== false) call.stop()
  })
  client(call).then(
    () => end(true),
    () => end(false),
  )

  function end(ok) {
    if (over) return
    over = true
    gone.cancel()
    measured?.(ok, clock.now())
  }
}

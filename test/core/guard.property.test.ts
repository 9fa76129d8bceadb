import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Exit, guarded, type Entered, type Guard, type Passage } from '../../src/core/guard.js'
import { failed, type Outcome } from '../../src/core/outcome.js'
import { Scope } from '../../src/core/scope.js'
import { failure } from '../../src/failures/failure.js'
import { Bench, value } from '../policies/harness.js'

const why = failure('Aborted', 'the caller gave up')
const refused = failed(failure('CircuitOpen'))
const STEPS = 12

const plans = fc.array(
  fc.record({
    entry: fc.constantFrom('exit', 'exit', 'exit', 'nothing', 'refusal', 'mistake'),
    exit: fc.constantFrom('nothing', 'nothing', 'turned', 'mistake'),
    entersLate: fc.boolean(),
    leavesLate: fc.boolean(),
    scoped: fc.boolean(),
    cancels: fc.constantFrom('never', 'never', 'never', 'coming in', 'going out'),
  }),
  { minLength: 1, maxLength: 6 },
)
type Plan = ReturnType<typeof plans.generate>['value'][number]

it('whatever guards do, each is left once by whom it let in, and the call ends', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.option(fc.nat(STEPS)), async (guards, cancelAfter) => {
      const exits: Counted[] = []
      const call = new Bench().start(
        (next) =>
          guarded(
            guards.map((plan) => guardOf(plan, exits)),
            next,
          ),
        () => Promise.resolve(value),
        { recorded: false },
      )
      const ended = call.outcome.then(
        () => true,
        () => true,
      )
      for (let step = 0; step < STEPS; step++) {
        if (step === cancelAfter) call.scope.cancel(why)
        await Promise.resolve()
      }
      await new Promise(setImmediate)
      expect(await Promise.race([ended, new Promise(setImmediate)]), 'the end').toBe(true)
      call.scope.cancel(why)
      for (const { left } of exits) expect(left).toBe(1)
    }),
    { numRuns: 2_000 },
  )
})

class Counted extends Exit {
  left = 0
  readonly #plan: Plan
  readonly #outer: Scope
  readonly #own: Scope

  constructor(plan: Plan, outer: Scope, own: Scope) {
    super()
    this.#plan = plan
    this.#outer = outer
    this.#own = own
  }

  leave(outcome: Outcome, { crashed }: Passage): Outcome | Promise<Outcome> | undefined {
    this.left++
    if (this.#plan.scoped) this.#own.close()
    if (crashed) return undefined
    if (this.#plan.cancels === 'going out') this.#outer.cancel(why)
    if (this.#plan.exit === 'mistake' && outcome.ok) return promptly(this.#plan.leavesLate, crash)
    if (this.#plan.exit === 'turned') return promptly(this.#plan.leavesLate, () => refused)
    return this.#plan.leavesLate ? Promise.resolve(outcome) : undefined
  }
}

function guardOf(plan: Plan, exits: Counted[]): Guard {
  return (passage) => {
    const { scope: outer } = passage.context
    const isIn = plan.entry === 'exit'
    const scope = isIn && plan.scoped ? new Scope(outer) : outer
    if (isIn && plan.scoped && !plan.entersLate) passage.context = { ...passage.context, scope }
    if (plan.cancels === 'coming in') outer.cancel(why)
    return promptly<Entered>(plan.entersLate, () => {
      if (plan.entry === 'mistake') return crash()
      if (plan.entry === 'refusal') return refused
      if (plan.entry === 'nothing') return undefined
      const exit = new Counted(plan, outer, scope)
      exits.push(exit)
      return exit
    })
  }
}

function promptly<T>(late: boolean, run: () => T): T | Promise<T> {
  return late ? Promise.resolve().then(run) : run()
}

function crash(): never {
  throw new Error('a mistake')
}

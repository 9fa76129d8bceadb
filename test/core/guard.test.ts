import { describe, expect, it, vi } from 'vitest'
import { Exit, guarded, type Entered, type Guard, type Passage } from '../../src/core/guard.js'
import { answered, failed, type Outcome } from '../../src/core/outcome.js'
import { compose, policyOf, type Next, type Policy } from '../../src/core/policy.js'
import { Scope } from '../../src/core/scope.js'
import { failure } from '../../src/failures/failure.js'
import { Bench, hangs, nextThat, value, type Started } from '../policies/harness.js'

const why = failure('Aborted', 'the caller gave up')
const refused = failed(failure('CircuitOpen'))
const bare = { recorded: false }

/** Guards that write down who came in and who went out, and how. */
class Gate {
  readonly log: string[] = []

  guard(name: string, entered?: Entered | Promise<Entered> | (() => Entered | Promise<Entered>)): Guard {
    return () => {
      this.log.push(`in ${name}`)
      const own =
        typeof entered === 'function' && entered.length === 0 ? (entered as () => Entered)() : entered
      return own === undefined ? this.exit(name) : (own as Entered)
    }
  }

  exit(name: string, turn?: (outcome: Outcome) => Outcome | Promise<Outcome>): Exit {
    return exitBy((outcome, { crashed }) => {
      this.log.push(`out ${name}: ${crashed ? 'crashed' : outcome.ok ? 'ok' : outcome.failure.code}`)
      return turn?.(outcome)
    })
  }
}

function exitBy(leave: Exit['leave']): Exit {
  return new (class extends Exit {
    leave(outcome: Outcome, passage: Passage): ReturnType<Exit['leave']> {
      return leave(outcome, passage)
    }
  })()
}

function start(guards: readonly Guard[], next: Next): Started {
  return new Bench().start((inner) => guarded(guards, inner), next, bare)
}

describe('guards side by side', () => {
  it('let a call in from the outside, and see it out from the inside', async () => {
    const gate = new Gate()
    const next = nextThat(() => {
      gate.log.push('next')
      return value
    })
    const { outcome } = start([gate.guard('a'), gate.guard('b')], next)
    expect(await outcome).toBe(value)
    expect(gate.log).toEqual(['in a', 'in b', 'next', 'out b: ok', 'out a: ok'])
  })

  it('may turn the outcome into another, for those further out', async () => {
    const gate = new Gate()
    const turns: Guard = () => gate.exit('b', () => refused)
    const { outcome } = start([gate.guard('a'), turns], nextThat(value))
    expect(await outcome).toBe(refused)
    expect(gate.log).toEqual(['in a', 'out b: ok', 'out a: CircuitOpen'])
  })

  it('are left by those who were let in when one further in refuses', async () => {
    const gate = new Gate()
    const next = nextThat(value)
    const { outcome } = start([gate.guard('a'), () => refused, gate.guard('c')], next)
    expect(await outcome).toBe(refused)
    expect(gate.log).toEqual(['in a', 'out a: CircuitOpen'])
    expect(next.seen).toEqual([])
  })

  it('change what those further in see, and nothing else', async () => {
    const next = nextThat(value)
    const changes: Guard = (passage) => {
      passage.call = { ...passage.call, payload: 'other' }
      passage.context = { ...passage.context, deadlineAt: 5 }
      return undefined
    }
    const seen: number[] = []
    const sees: Guard = ({ context }) => {
      seen.push(context.deadlineAt)
      return undefined
    }
    await start([sees, changes, sees], next).outcome
    expect(seen).toEqual([Infinity, 5])
    expect(next.seen[0]).toMatchObject({ call: { payload: 'other' }, context: { deadlineAt: 5 } })
  })

  it('read the clock once for a step, and anew for the next', async () => {
    const bench = new Bench()
    let readings = 0
    vi.spyOn(bench.clock, 'now').mockImplementation(() => ++readings)
    const read: number[] = []
    const reads: Guard = (passage) => {
      read.push(passage.now)
      return exitBy((_outcome, { now }) => void read.push(now))
    }
    const waits: Guard = () => Promise.resolve(undefined)
    await bench.start(
      (inner) => guarded([reads, reads, waits, reads], inner),
      () => Promise.resolve(value),
      bare,
    ).outcome
    const [first = 0] = read
    expect(read.map((reading) => reading - first)).toEqual([0, 0, 1, 2, 2, 2])
  })
})

describe('a call on its way through guards', () => {
  it('waits where a guard makes it wait', async () => {
    const gate = new Gate()
    let admit: (exit: Exit) => void = () => {}
    const next = nextThat(value)
    const { outcome } = start(
      [gate.guard('a'), () => new Promise<Entered>((resolve) => (admit = resolve)), gate.guard('c')],
      next,
    )
    expect(gate.log).toEqual(['in a'])
    admit(gate.exit('b'))
    expect(await outcome).toBe(value)
    expect(gate.log).toEqual(['in a', 'in c', 'out c: ok', 'out b: ok', 'out a: ok'])
  })

  it('is let go at once when it is cancelled inside, and what comes later is not heard', async () => {
    const gate = new Gate()
    let answer: (outcome: Outcome) => void = () => {}
    const { outcome, scope } = start(
      [gate.guard('a')],
      () => new Promise<Outcome>((resolve) => (answer = resolve)),
    )
    scope.cancel(why)
    answer(value)
    expect(await outcome).toEqual(failed(why))
    expect(gate.log).toEqual(['in a', 'out a: Aborted'])
  })

  it('is let go when it is cancelled while it waits, and gives back what comes all the same', async () => {
    const gate = new Gate()
    let admit: (exit: Exit) => void = () => {}
    const next = nextThat(value)
    const { outcome, scope } = start(
      [gate.guard('a'), () => new Promise<Entered>((resolve) => (admit = resolve)), gate.guard('c')],
      next,
    )
    scope.cancel(why)
    expect(await outcome).toEqual(failed(why))
    admit(gate.exit('b'))
    await Promise.resolve()
    expect(gate.log).toEqual(['in a', 'out a: Aborted', 'out b: Aborted'])
    expect(next.seen).toEqual([])
  })

  it('does not wait for a guard that takes its time over the cancellation', async () => {
    const gate = new Gate()
    const slow: Guard = () => gate.exit('b', () => new Promise(() => {}))
    const { outcome, scope } = start([gate.guard('a'), slow], hangs)
    scope.cancel(why)
    expect(await outcome).toEqual(failed(why))
    expect(gate.log).toEqual(['in a', 'out b: Aborted', 'out a: Aborted'])
  })

  it('may be tried again by a guard when what is further in was cancelled, and hears no late answer then', async () => {
    const gate = new Gate()
    const tooLate = failure('AttemptTimedOut')
    let attempt = new Scope()
    let answer: (outcome: Outcome) => void = () => {}
    let answerAgain: (outcome: Outcome) => void = () => {}
    const again: Guard = () =>
      gate.exit('again', (outcome) =>
        outcome.ok ? outcome : new Promise((resolve) => (answerAgain = resolve)),
      )
    const limit: Guard = (passage) => {
      attempt = new Scope(passage.context.scope)
      passage.context = { ...passage.context, scope: attempt }
      return exitBy(() => attempt.close())
    }
    const next: Next = () => new Promise((resolve) => (answer = resolve))

    const tried = start([gate.guard('a'), again, limit], next)
    attempt.cancel(tooLate)
    answer(value)
    await new Promise(setImmediate)
    expect(gate.log).toEqual(['in a', 'out again: AttemptTimedOut'])
    answerAgain(refused)
    expect(await tried.outcome).toBe(refused)

    const cancelled = start([gate.guard('b'), again, limit], next)
    attempt.cancel(tooLate)
    cancelled.scope.cancel(why)
    expect(await cancelled.outcome).toEqual(failed(why))
    expect(gate.log.slice(3)).toEqual(['in b', 'out again: AttemptTimedOut', 'out b: Aborted'])
  })

  it('is cut in the scope of the guard that turns its outcome, when those further in have closed theirs', async () => {
    const gate = new Gate()
    const scoped: Guard = (passage) => {
      const scope = new Scope(passage.context.scope)
      passage.context = { ...passage.context, scope }
      return exitBy(() => scope.close())
    }
    const never: Guard = () => gate.exit('b', () => new Promise(() => {}))
    const { outcome, scope } = start([gate.guard('a'), never, scoped], nextThat(value))
    await new Promise(setImmediate)
    scope.cancel(why)
    expect(gate.log).toEqual(['in a', 'out b: ok', 'out a: Aborted'])
    expect(await outcome).toEqual(failed(why))
  })

  it('is let go when it is cancelled while its outcome is turned, and all others see it out', async () => {
    const gate = new Gate()
    const never: Guard = () => gate.exit('b', () => new Promise(() => {}))
    const { outcome, scope } = start([gate.guard('a'), never], nextThat(value))
    await new Promise(setImmediate)
    scope.cancel(why)
    expect(await outcome).toEqual(failed(why))
    expect(gate.log).toEqual(['in a', 'out b: ok', 'out a: Aborted'])
  })

  it('goes no further when a guard cancels it', async () => {
    const gate = new Gate()
    const next = nextThat(value)
    const cancels: Guard = ({ context }) => {
      context.scope.cancel(why)
      return gate.exit('b')
    }
    const { outcome } = start([gate.guard('a'), cancels], next)
    expect(await outcome).toEqual(failed(why))
    expect(gate.log).toEqual(['in a', 'out b: Aborted', 'out a: Aborted'])
    expect(next.seen).toEqual([])
  })

  it('leaves by each guard once when one further in cancels it after a wait', async () => {
    const gate = new Gate()
    const next = nextThat(value)
    const cancels: Guard = ({ context }) => {
      context.scope.cancel(why)
      return gate.exit('c')
    }
    const waits: Guard = () => Promise.resolve(gate.exit('b'))
    const { outcome } = start([gate.guard('a'), waits, cancels], next)
    expect(await outcome).toEqual(failed(why))
    expect(gate.log).toEqual(['in a', 'out b: Aborted', 'out a: Aborted', 'out c: Aborted'])
    expect(next.seen).toEqual([])
  })

  it('leaves by each guard once when it is cancelled on its way out', async () => {
    const gate = new Gate()
    const cancels: Guard = ({ context }) =>
      exitBy((outcome, passage) => {
        context.scope.cancel(why)
        return gate.exit('b').leave(outcome, passage)
      })
    const { outcome } = start([gate.guard('a'), cancels], nextThat(value))
    expect(await outcome).toEqual(failed(why))
    expect(gate.log).toEqual(['in a', 'out a: Aborted', 'out b: ok'])
  })

  it.each<[string, readonly Guard[], Next]>([
    ['next', [], () => Promise.reject(new Error('a mistake'))],
    ['next, at once', [], crash],
    ['a guard', [crash], hangs],
    ['a guard that made it wait', [() => Promise.reject(new Error('a mistake'))], hangs],
    ['an exit', [() => exitBy(crash)], nextThat(value)],
    [
      'an exit that made it wait',
      [() => exitBy(() => Promise.reject(new Error('a mistake')))],
      nextThat(value),
    ],
  ])('passes on what %s throws, and leaves by all guards', async (_, guards, next) => {
    const gate = new Gate()
    const { outcome, scope } = start([gate.guard('a'), ...guards], next)
    await expect(outcome).rejects.toThrow('a mistake')
    expect(gate.log).toEqual(['in a', 'out a: crashed'])
    scope.cancel(why)
    expect(gate.log).toHaveLength(2)
  })
})

describe('guards among other policies', () => {
  it('stand where they are put, side by side or not', async () => {
    const gate = new Gate()
    const plain: Policy = (next) => async (call, context) => {
      gate.log.push('in plain')
      const outcome = await next(call, context)
      gate.log.push('out plain')
      return outcome
    }
    const policies = [policyOf(gate.guard('a')), policyOf(gate.guard('b')), plain, policyOf(gate.guard('c'))]
    const { outcome } = new Bench().start((inner) => compose(policies, inner), nextThat(answered(1)), bare)
    expect(await outcome).toEqual(answered(1))
    expect(gate.log).toEqual([
      'in a',
      'in b',
      'in plain',
      'in c',
      'out c: ok',
      'out plain',
      'out b: ok',
      'out a: ok',
    ])
  })
})

function crash(): never {
  throw new Error('a mistake')
}

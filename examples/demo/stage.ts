import { createInvoker } from 'resilient-lambda'
import type { Invoker, PlanData, Result } from 'resilient-lambda'
import { startLocalLambda, type LocalLambda } from 'resilient-lambda/testing'
import { count } from './format.js'
import { FUNCTIONS, type Shop } from './functions.js'
import { Narrator } from './narrator.js'
import type { Paper } from './paper.js'
import { Tally } from './tally.js'

/** A function that is called with a ticket among its payload. */
interface Callee<P, O> {
  safeInvoke(payload: P & { readonly id: string }): Promise<Result<O>>
  toJSON(): PlanData
}

/** Where the storyline is played: the local Lambda, the invoker, and those who watch. */
export class Stage {
  readonly local: LocalLambda
  readonly lambda: Invoker<Shop>
  readonly narrator: Narrator
  readonly tally: Tally = new Tally()
  /** Every call by its ticket, which its executions carry: whether it was declared idempotent. */
  readonly idempotent = new Map<string, boolean>()
  readonly paper: Paper

  private constructor(local: LocalLambda, paper: Paper) {
    this.local = local
    this.paper = paper
    this.narrator = new Narrator(paper)
    this.lambda = createInvoker<Shop>({
      ...local.clientSettings,
      observers: [this.tally, this.narrator],
    })
  }

  static async set(paper: Paper): Promise<Stage> {
    return new Stage(await startLocalLambda({ functions: FUNCTIONS }), paper)
  }

  /** Calls a function, with a ticket by which its executions are known again. */
  send<P extends object, O>(callee: Callee<P, O>, payload: P): Promise<Result<O>> {
    const id = `call-${this.idempotent.size + 1}`
    this.idempotent.set(id, callee.toJSON().idempotent)
    return callee.safeInvoke({ ...payload, id })
  }

  /** Plays a chapter, and says what the server's own log has of it. */
  async play(chapter: () => Promise<void>): Promise<void> {
    const [requests, executions] = [this.local.requests.length, this.local.executions.length]
    await chapter()
    const ran = this.local.executions.slice(executions)
    const cold = ran.filter(({ coldStart }) => coldStart).length
    const running = ran.filter(({ outcome }) => outcome === 'running').length
    const notes = [cold && count(cold, 'cold start'), running && `${running} still running`].filter(Boolean)
    const text = `${count(this.local.requests.length - requests, 'request')}, ${count(ran.length, 'execution')}`
    this.narrator.remark('server saw', notes.length > 0 ? `${text} (${notes.join(', ')})` : text)
  }

  async strike(): Promise<void> {
    this.lambda.destroy()
    await this.local.stop()
  }
}

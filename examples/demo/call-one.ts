import { createInvoker, InvalidSettingError, type Duration } from 'resilient-lambda'
import { Narrator } from './narrator.js'
import { WrongUsage, type Wish } from './options.js'
import { Paper } from './paper.js'

export type Invocation = Extract<Wish, { do: 'invoke' }>

/** Invokes one function with the environment's credentials: the result goes to stdout, its story to stderr. */
export async function callOne({ name, payload, region, deadline }: Invocation): Promise<number> {
  const paper = new Paper(process.stderr)
  const fn = chain()
  const result = await fn.safeInvoke(payload)
  if (result.ok) {
    process.stdout.write(`${JSON.stringify(result.value, null, 2) ?? 'null'}\n`)
    return 0
  }
  paper.line()
  process.stderr.write(`${result.error.message}\n\n${fn.explain()}\n`)
  return 1

  function chain() {
    try {
      const lambda = createInvoker({
        ...(region !== undefined && { region }),
        observers: [new Narrator(paper)],
      })
      return deadline === undefined ? lambda(name) : lambda(name).deadline(deadline as Duration)
    } catch (error) {
      if (error instanceof InvalidSettingError)
        throw new WrongUsage(`--${error.message.replace('options.', '')}`)
      throw error
    }
  }
}

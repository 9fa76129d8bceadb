import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Wish =
  | { readonly do: 'demo' }
  | { readonly do: 'help' }
  | {
      readonly do: 'invoke'
      readonly name: string
      readonly payload: unknown
      readonly region: string | undefined
      readonly deadline: string | undefined
    }

export const HELP = `Shows what resilient-lambda does, against a local Lambda; or calls one function of yours.

  npm start                                          the demo, about 10 seconds
  npm start -- --function NAME [--payload JSON]      one call, with the environment's AWS credentials

  --function NAME   a function's name or ARN, with or without a qualifier
  --payload JSON    what it gets, such as '{"sku":"A1"}'; nothing when left out
  --region REGION   such as eu-west-1; from the environment or the ARN when left out
  --deadline TIME   the longest it may take, such as 500ms or 10s; 60s when left out
  --help            this text

Exit codes: 0 answered, 1 failed, 2 wrong usage.`

/** The command line is not one of ours; the message says why. */
export class WrongUsage extends Error {}

/** @throws {WrongUsage} */
export function readOptions(args: readonly string[]): Wish {
  const { help, function: name, ...rest } = parse(args)
  if (help) return { do: 'help' }
  const stray = Object.keys(rest)[0]
  if (name === undefined && stray !== undefined) throw new WrongUsage(`--${stray} needs --function NAME.`)
  if (name === undefined) return { do: 'demo' }
  const { payload, region, deadline } = rest
  return { do: 'invoke', name, payload: readPayload(payload), region, deadline }
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const
  const options = {
    function: string,
    payload: string,
    region: string,
    deadline: string,
    help: { type: 'boolean' },
  } as const
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? firstSentence(error.message) : String(error))
  }
}

function firstSentence(message: string): string {
  const [sentence = message] = message.split(/(?<=\.)\s|\n/, 1)
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}

function readPayload(json: string | undefined): unknown {
  if (json === undefined) return undefined
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new WrongUsage(`--payload must be JSON, but was '${json}': ${String(error)}.`)
  }
}

import { InvokeCommand, LambdaClient, type LambdaServiceException } from '@aws-sdk/client-lambda'
import type { Chapter } from '../storyline.js'

const LARGE = 'x'.repeat(5_000_000)

/** Connections that break, and what that says about whether the function ran. */
export const UNCERTAINTY: readonly Chapter[] = [
  {
    title: 'Cut before the request was out',
    about: 'The connection breaks in the middle of a 5 MB request: it cannot have run, so it is repeated.',
    async play(stage) {
      stage.local.faults('charge').next({ type: 'resetWhileReading' })
      await stage.send(stage.lambda('charge'), { cents: 1999, note: LARGE })
    },
  },
  {
    title: 'Cut after the request was out',
    about:
      'The money is taken, then the connection breaks before the reply and, in a second call, within it. ' +
      'An ordinary call is never repeated then; the third one is declared idempotent.',
    async play(stage) {
      const charge = stage.lambda('charge')
      const cutBefore = { type: 'closeAfterReading', executed: true } as const
      stage.local.faults('charge').next(cutBefore, { type: 'cutReply' }, { type: 'cutReply' })
      await stage.send(charge, { cents: 1999 })
      await stage.send(charge, { cents: 1999 })
      await stage.send(charge.idempotent(), { cents: 1999 })
    },
  },
  {
    title: 'The same cut, with the AWS SDK alone',
    about: 'One call of the bare client, which repeats whatever looks like a network error.',
    async play({ local, narrator }) {
      const client = new LambdaClient(local.clientSettings)
      const cut = { type: 'cutReply' } as const
      local.faults('charge').next(cut, cut, cut)
      const Payload = JSON.stringify({ id: BARE_SDK, cents: 1999 })
      const command = new InvokeCommand({ FunctionName: 'charge', Payload })
      const ended = await client.send(command).then(() => 'answered', failed)
      client.destroy()
      narrator.remark('bare SDK', ended)
    },
  },
]

function failed({ message, $metadata }: LambdaServiceException): string {
  return `failed: ${message.split('\n', 1)[0]}, after ${$metadata.attempts} attempts`
}

/** The ticket of the bare client's call. */
export const BARE_SDK = 'bare-sdk'

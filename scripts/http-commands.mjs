// What the command line prints and what the AWS CLI takes, as the code itself has it: text for the docs.
import { asColumns, COLUMNS } from '../dist/cli/access-log.js'
import { USAGE } from '../dist/cli/usage.js'
import { commandsFor } from '../dist/http/permission/commands.js'
import { parsePermission } from '../dist/http/permission/settings.js'

export function usage() {
  return USAGE.serve.trim()
}

const ANSWERED = {
  type: 'http.answered',
  method: 'GET',
  path: '/items/A1',
  query: 'currency=EUR',
  status: 200,
  source: 'function',
  target: 'shop',
  durationMs: 12,
  requestBytes: 0,
  replyBytes: 33,
  client: '127.0.0.1',
  requestId: '7c498310-ad79-4557-ba95-a6c7fee52684',
  attempts: 1,
}
const REFUSED = {
  ...ANSWERED,
  path: '/items/A2',
  query: '',
  status: 502,
  source: 'gateway',
  reason: 'LambdaUnhandled',
}

export function accessLog() {
  const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
  return [COLUMNS, asColumns(ANSWERED, time), asColumns(REFUSED, time)].join('\n')
}

/** The options of examples/alb-permission.ts. */
const PERMISSION = {
  function: 'shop',
  qualifier: 'live',
  targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067',
}

/** One option a line. */
export function awsCommands() {
  return Object.values(commandsFor(parsePermission(PERMISSION)))
    .map((command) => command.replaceAll(' --', ' \\\n  --'))
    .join('\n')
}

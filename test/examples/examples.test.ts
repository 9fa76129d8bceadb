import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { play, run } from '../../examples/stage.js'
import { compileExamples, type Compiled } from './compile.js'

let compiled: Compiled
beforeAll(async () => {
  compiled = await compileExamples()
})
afterAll(() => compiled.remove())

/** What each example says in the end, and how often functions ran for it. */
const ENDINGS: Readonly<Record<string, readonly [executions: number, ...says: RegExp[]]>> = {
  '01-one-liner': [1, /answered: \{ sku: 'A1', total: 12\.5/, /quote, not idempotent/],
  '02-typed-from-the-handler': [1, /A1: 37\.50, until 20\d\d/],
  '03-settings-for-an-app': [
    2,
    /receipt: \{ order: 'A-17', cents: 9900, number: 1 \}/,
    /timeout +1 s for each attempt/,
    /functions\.quote\.retry\.attempts must be a whole number from 1 to 20, but was 'five'/,
  ],
  '04-idempotent-retry': [3, /^ResponseCut, may have run: true$/m, /^answered: true, after 3 attempts$/m],
  '05-breaker-in-a-health-endpoint': [
    0,
    /call 3: ServiceException\ncall 4: CircuitOpen/,
    /status: 'degraded'/,
  ],
  '06-fallback': [1, /a value: null/, /\{ total: 12, because: 'transient' \}/, /another function: 12\.5/],
  '07-inside-a-lambda': [1, /3 s left: 200/, /0\.6 s left: \{ statusCode: 503, body: 'DeadlineExceeded' \}/],
  '08-testing-your-code': [0, /pass 3\n.*fail 0\n/],
  '09-handling-errors': [
    1,
    /\{ status: 429, retryAfterSeconds: 30 \}/,
    /\{ status: 422, body: 'RangeError: there is no product Z9' \}/,
    /\{ status: 502 \}/,
    /"quoet" failed: ResourceNotFoundException .*\n\{ status: 500 \}/,
  ],
  '10-watching-calls': [
    2,
    /ENINotReadyException, again in \d+ ms/,
    /answered, 2 attempts/,
    /not again: errors of the function itself/,
  ],
  '11-policies-around-anything': [0, /one euro is 1\.08, after 3 requests/],
  '12-checked-by-a-schema': [1, /25 true/, /InputInvalid/, /path: 'sku'/],
  '13-cancelled-by-the-caller': [0, /Aborted after 1 attempt/],
  '14-a-client-of-your-own': [
    4,
    /through the invoker: ResponseCut after 1 attempt/,
    /the client alone: answered after 3 attempts/,
  ],
  '15-opentelemetry': [
    1,
    /  child: attempt quote EC2UnexpectedException\n {2}child: attempt quote answered\ncall: invoke quote answered/,
  ],
  '16-every-policy': [8, /quote: answered/, /REPORT RequestId/],
  '17-against-a-local-lambda': [0, /^true\ntrue 3 attempts 2 executions\n$/],
  '18-fetch-over-lambda': [
    6,
    /^200 \{ sku: 'A1', cents: 1250 \}$/m,
    /a POST with a key: \{ accepted: \{ sku: 'A1' \} \}/,
    /a page that is not there: 404/,
    /with a fallback: 200/,
  ],
  '19-behind-an-http-server': [1, /^200 function \{ sku: 'A1', cents: 1250 \}$/m],
  '20-a-gateway': [
    3,
    /^\/items\/A1 200 function undefined$/m,
    /^\/nowhere 404 gateway NoRoute$/m,
    /\[ 'shop: healthy', 'reports: healthy' \]/,
  ],
  '21-adaptive': [30, /^quote: from \d+ to \d+, throttled$/m, /^30 answered; 3 throttles; 0 in flight$/m],
  '22-hedging': [
    2,
    /hedge +after the p99 of its own latency/,
    /^hedge\.started\nhedge\.won\n1\. first: AttemptOvertaken, ran: maybe\n2\. hedge: answered, ran: yes\nanswered: true$/m,
  ],
  '23-idempotency-key': [
    4,
    /^payment 1 of 1999 cents, after 3 attempts$/m,
    /^shipped, after 2 attempts: arn:aws:lambda:\S+\/durable-execution\/A-17\/\S+$/m,
    /idempotency key as payload\.meta\.key/,
  ],
  '24-forwarded-deadline': [1, /^complete: false, on attempt 1, and answered: true$/m],
  '25-failover': [
    2,
    /^after 5 attempts answered by quote-standby$/m,
    /to quote:previous, then quote:live@eu-central-1, then quote-standby,/,
    /^in time: 12\.5$/m,
  ],
  '26-dead-letter': [
    1,
    /^ServiceException dead letter sent$/m,
    /deadLetter +for every kind of failure; within 2 s/,
    /^charge: order B-42 failed with ServiceException, may have run: true$/m,
  ],
  '27-state': [
    0,
    /^restored: there is no state\n(\{ unavailable: 'ServiceException' \}\n){3}restored: 1\nelsewhere: \{ unavailable: 'CircuitOpen' \}\n$/,
  ],
  '28-timeout-lint': [
    0,
    /^FunctionOutlivesDeadline: The function may run for 3 s/m,
    /^TimeoutNeverFires: Lambda ends the function after 3 s/m,
    /^fits: \[\]$/m,
  ],
  '29-lean': [1, /^\{ .*total.*\}\nResourceNotFoundException false\n$/],
}

it('tells of every example how it ends', () => {
  const numbered = readdirSync('examples').filter((file) => /^\d\d-.*\.ts$/.test(file))
  expect(numbered.map((file) => file.slice(0, -'.ts'.length))).toEqual(Object.keys(ENDINGS))
})

it.each(Object.entries(ENDINGS))(
  '%s runs to its end by itself',
  async (name, [executions, ...says]) => {
    const played = await play(name, compiled.folder)
    expect(played).toMatchObject({ exitCode: 0, stderr: '' })
    for (const words of says) expect(played.stdout).toMatch(words)
    expect(played.executions).toHaveLength(executions)
  },
  40_000,
)

it('runs an example by its number', async () => {
  const { exitCode, stdout } = await run([`${compiled.folder}/run.js`, '02'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^A1: 37\.50.*\n\(exit code 0; the functions ran 1 times\)\n$/)
})

it('lists the examples to one who names none of them', async () => {
  const { exitCode, stdout } = await run([`${compiled.folder}/run.js`, '99'])
  expect(exitCode).toBe(2)
  expect(stdout).toContain('04-idempotent-retry')
})

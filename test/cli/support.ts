import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalLambda, type LambdaHandler } from 'resilient-lambda/testing'
import { onTestFinished, vi } from 'vitest'
import { run } from '../../src/cli/run.js'
import type { Terminal } from '../../src/cli/terminal.js'

export const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
export const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z'

/** Stands in for the process: keeps what is written, and sends signals on order. */
export class FakeTerminal extends EventEmitter implements Terminal {
  readonly exits: number[] = []
  out = ''
  err = ''
  readonly stdout = {
    write: (text: string): void => {
      this.out += text
      this.emit('news')
    },
  }
  readonly stderr = {
    write: (text: string): void => {
      this.err += text
      this.emit('news')
    },
  }

  exit(code: number): void {
    this.exits.push(code)
  }

  interrupt(): void {
    this.emit('SIGINT', 'SIGINT', 2)
  }

  /** Resolves once this stands on either stream. */
  async until(wanted: RegExp): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    while (!wanted.test(this.out) && !wanted.test(this.err)) await once(this, 'news')
  }
}

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A command that ends by itself. */
export async function ran(...args: string[]): Promise<Ended> {
  const terminal = new FakeTerminal()
  const code = await run(args, terminal)
  return { code, out: terminal.out, err: terminal.err }
}

interface Serving {
  readonly terminal: FakeTerminal
  readonly url: string
  /** With the exit code. */
  readonly ended: Promise<number>
}

/** `serve` on any free port, stopped at the latest when the test is over. */
export async function serving(...args: string[]): Promise<Serving> {
  const terminal = new FakeTerminal()
  const ended = run(['serve', ...args, '--port', '0'], terminal)
  onTestFinished(async () => {
    terminal.interrupt()
    await ended
  })
  await Promise.race([terminal.until(/Listening on/), ended])
  const url = /Listening on (\S+)/.exec(terminal.out + terminal.err)?.[1]
  if (url === undefined) throw new Error(`It did not start: ${terminal.err}`)
  return { terminal, url, ended }
}

/** `serve` for the function `shop`, which runs in this process, at the endpoint of a local Lambda. */
export async function inFrontOf(shop: LambdaHandler, ...flags: string[]) {
  const local = await startLocalLambda({ functions: { shop: { handler: shop, timeout: '1m' } } })
  onTestFinished(() => local.stop())
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'of-the-environment')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  onTestFinished(() => void vi.unstubAllEnvs())
  const place = ['--endpoint', local.endpoint, '--region', 'us-east-1']
  return { local, ...(await serving('--function', 'shop', ...place, ...flags)) }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request on a connection of its own. */
export async function ask(url: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
  const outgoing = request(url, { agent: false, ...options })
  outgoing.end(body)
  const [incoming] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return { status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks).toString() }
}

/** A folder with these files in it, gone when the test is over. */
export async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'resilient-lambda-cli-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    // oxlint-disable-next-line no-await-in-loop -- there are two of them at most
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

/** A port of 127.0.0.1 where somebody listens. */
export async function takenPort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A handler that answers by path, in the format of a load balancer. */
export const HANDLER = `
  export async function handler(event) {
    console.log('\\u001b[1masked for', event.path)
    if (event.path === '/throw') throw new TypeError('no such\\nthing')
    const status = Number(event.path.slice(1)) || 200
    return { statusCode: status, body: JSON.stringify({ path: event.path, region: process.env.AWS_REGION }) }
  }
`

import type { GatewayEvent } from '../http/server/events.js'
import type { Fn } from '../invoker/fn.js'
import { asColumns, asJson, COLUMNS, messageOf } from './access-log.js'
import type { Route } from './config.js'
import { printable } from './printable.js'
import type { ServeOptions } from './serve-options.js'
import type { Terminal } from './terminal.js'

/** What `serve` tells people, and what programs that read its log. */
export class Report {
  readonly #terminal: Terminal
  readonly #options: Pick<ServeOptions, 'log' | 'verbose'>

  constructor(terminal: Terminal, options: Pick<ServeOptions, 'log' | 'verbose'>) {
    this.#terminal = terminal
    this.#options = options
  }

  started(url: string, routes: readonly (Route & { readonly fn: Fn<unknown, unknown> })[]): void {
    for (const { fn, formatName, options } of routes) {
      const { host = '', path = '*' } = options
      this.#say(`${String(host)}${String(path)} -> ${fn.toJSON().target} (${formatName})`)
      if (this.#options.verbose) this.#say(fn.explain())
    }
    this.#say(`Listening on ${url}`)
    if (this.#options.log === 'text') this.#say(COLUMNS)
  }

  event(event: GatewayEvent): void {
    if (event.type === 'health.changed') {
      this.#complain(`${event.target} is ${event.state}: ${event.why}.`)
    } else if (this.#options.log === 'json') {
      this.#terminal.stdout.write(`${asJson(event, new Date())}\n`)
    } else {
      this.#terminal.stdout.write(`${asColumns(event, new Date())}\n`)
      if (event.error !== undefined) this.#complain(messageOf(event.error))
    }
  }

  stopping(): void {
    this.#complain('Stopping: requests in flight are still answered. Once more stops at once.')
  }

  /** Where the log is for programs, nothing else may stand in it. */
  #say(line: string): void {
    const { stdout, stderr } = this.#terminal
    void (this.#options.log === 'json' ? stderr : stdout).write(`${line}\n`)
  }

  #complain(line: string): void {
    this.#terminal.stderr.write(`${printable(line)}\n`)
  }
}

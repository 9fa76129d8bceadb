import type { GatewayEvent } from '../http/server/events.js'
import type { RouteConditions } from '../http/server/gateway/routes.js'
import type { Fn } from '../invoker/fn.js'
import { asColumns, asFailure, asJson, COLUMNS } from './access-log.js'
import type { Route } from './config.js'
import { printable } from './printable.js'
import type { ServeOptions } from './serve-options.js'
import type { Terminal } from './terminal.js'

/** A route with the function that it leads to. */
export interface ServedRoute extends Route {
  readonly fn: Fn<unknown, unknown>
}

/** What `serve` tells: the log on stdout, and what else there is to know beside it. */
export class Report {
  readonly #terminal: Terminal
  readonly #log: ServeOptions['log']

  constructor(terminal: Terminal, log: ServeOptions['log']) {
    this.#terminal = terminal
    this.#log = log
  }

  started(url: string, routes: readonly ServedRoute[], withPlans: boolean): void {
    for (const { fn, formatName, options } of routes) {
      this.#announce(`${conditionsOf(options)} -> ${fn.toJSON().target} (${formatName})`)
      if (withPlans) this.#announce(fn.explain())
    }
    this.#announce(`Listening on ${url}`)
    if (this.#log === 'text') this.#announce(COLUMNS)
  }

  event(event: GatewayEvent): void {
    if (event.type === 'health.changed') {
      this.note(`${event.target} is ${event.state}: ${event.why}.`)
    } else if (this.#log === 'json') {
      this.#terminal.stdout.write(`${asJson(event, new Date())}\n`)
    } else {
      this.#terminal.stdout.write(`${asColumns(event, new Date())}\n`)
      if (event.error !== undefined) this.note(asFailure(event, event.error))
    }
  }

  /** Text from anywhere, line by line. */
  note(text: string): void {
    const lines = text.trimEnd().replaceAll('\t', ' ').split('\n').map(printable)
    this.#terminal.stderr.write(`${lines.join('\n')}\n`)
  }

  /** A log of JSON is for programs: nothing else may stand in it. */
  #announce(text: string): void {
    const { stdout, stderr } = this.#terminal
    void (this.#log === 'json' ? stderr : stdout).write(`${text}\n`)
  }
}

function conditionsOf({ host, path = '*' }: RouteConditions): string {
  const given = [host, path].filter((patterns) => patterns !== undefined)
  return given.map((patterns) => [patterns].flat().join(', ')).join(' ')
}

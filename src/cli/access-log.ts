import type { HttpAnswered } from '../http/server/events.js'
import { printableJson, quoted } from './printable.js'

/** How the log is written: in columns, or as a JSON object on each line. */
export const LOG_FORMATS = ['text', 'json'] as const

export type LogFormat = (typeof LOG_FORMATS)[number]

/** The columns of the log. */
export const COLUMNS =
  '#Fields: time client "request" status source reason function attempts ms in out request-id'

/** One request on one line, in columns like those of a load balancer; nothing from outside breaks out of its own. */
export function asColumns(event: HttpAnswered, time: Date): string {
  const { status, source, attempts, durationMs, requestBytes, replyBytes } = event
  return [
    time.toISOString(),
    column(event.client),
    requestLine(event),
    status,
    source,
    column(event.reason),
    column(event.target),
    attempts,
    Math.round(durationMs),
    requestBytes,
    replyBytes,
    column(event.requestId),
  ].join(' ')
}

/** The same as JSON; what is not known is absent. */
export function asJson({ type: _type, error, ...fields }: HttpAnswered, time: Date): string {
  return printableJson({ time, ...fields, error: error === undefined ? undefined : messageOf(error) })
}

/** What went wrong with a request, with the request line and the id that its line of the log has. */
export function asFailure(event: HttpAnswered, error: unknown): string {
  const id = event.requestId === undefined ? '' : `${column(event.requestId)} `
  return `${requestLine(event)} ${id}${messageOf(error)}`
}

/** What was no request has none: `"- - -"`, as in a load balancer's log. */
function requestLine({ method, path, query, httpVersion = '1.1' }: HttpAnswered): string {
  if (method === '') return quoted('- - -')
  return quoted(`${method} ${path}${query === '' ? '' : `?${query}`} HTTP/${httpVersion}`)
}

/** What went wrong, in words. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A column ends at a space. */
function column(value: string | undefined): string {
  if (value === undefined || value === '') return '-'
  return /^[!#-[\]-~]+$/.test(value) ? value : quoted(value)
}

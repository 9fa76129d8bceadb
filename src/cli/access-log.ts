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
  const { method, path, query, status, source, attempts, durationMs, requestBytes, replyBytes } = event
  return [
    time.toISOString(),
    column(event.client),
    quoted(`${method} ${path}${query === '' ? '' : `?${query}`} HTTP/1.1`),
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

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A column ends at a space. */
function column(value: string | undefined): string {
  if (value === undefined || value === '') return '-'
  return /^[!#-[\]-~]+$/.test(value) ? value : quoted(value)
}

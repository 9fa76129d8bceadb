import { isIPv6 } from 'node:net'

/** A host and its port as they stand in URLs and in `Host`. */
export function authorityOf(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

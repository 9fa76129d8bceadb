/** A time in ms since the epoch as access logs have it, such as `10/Jul/2026:19:19:05 +0000`. */
export function requestTime(ms: number): string {
  // The language prescribes the form: 'Fri, 10 Jul 2026 19:19:05 GMT'.
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

// What a front door answers in a function's place, failure by failure, as the code itself does it: a table for the docs.
import { CATALOGUE } from '../dist/index.js'
import { refusalOf } from '../dist/http/server/reasons.js'

/** More names than this are not read one by one. */
const MANY = 16

/** The function's own answers, which are passed on. */
const ANSWERED = /^Http(?:TooManyRequests|BadGateway|ServiceUnavailable|GatewayTimeout|ErrorStatus)$/

export function answerTable() {
  const groups = new Map()
  for (const [code, verdict] of Object.entries(CATALOGUE)) {
    if (ANSWERED.test(code)) continue
    const { status, reason } = refusalOf({ code, kind: verdict.kind, verdict })
    // An own name for each: the line is about all of them.
    const shown =
      reason === `Lambda${code}`
        ? '`Lambda` + code, such as `LambdaEC2ThrottledException`'
        : reason === code
          ? 'the code itself'
          : `\`${reason}\``
    const key = `${status} | ${shown}`
    groups.set(key, [...(groups.get(key) ?? []), code])
  }
  const rows = [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([key, codes]) => `| ${key} | ${named(codes)} |`)
  return ['| status | reason | failures |', '| --- | --- | --- |', ...rows].join('\n')
}

function named(codes) {
  if (codes.length <= MANY) return codes.map((code) => `\`${code}\``).join(', ')
  const kinds = [...new Set(codes.map((code) => CATALOGUE[code].kind))]
  return `the others of kind ${kinds.map((kind) => `\`${kind}\``).join(', ')}`
}

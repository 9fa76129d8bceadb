import { functions } from './catalogue/function.js'
import { gateway } from './catalogue/gateway.js'
import { http } from './catalogue/http.js'
import { local } from './catalogue/local.js'
import { network } from './catalogue/network.js'
import { service } from './catalogue/service.js'
import { wire } from './catalogue/wire.js'
import type { Verdict } from './verdict.js'

const rows = { ...service, ...wire, ...gateway, ...network, ...functions, ...http, ...local }

/** The name of a failure: Lambda's own where Lambda sends one, ours in PascalCase for the rest. */
export type FailureCode = keyof typeof rows

/** Every failure there is, and what it means. The one place to change a verdict. */
export const CATALOGUE: Readonly<Record<FailureCode, Verdict>> = rows

// A row is shared by all errors of its code: nobody may change it for the others.
for (const row of Object.values(rows)) Object.freeze(row)
Object.freeze(rows)

/** A name that Lambda or AWS gives to an error answer. */
export function isAnswerCode(name: string): name is keyof typeof service | keyof typeof wire {
  return Object.hasOwn(service, name) || Object.hasOwn(wire, name)
}

/** An errorType that Lambda gives to a function error. */
export function isFunctionErrorCode(name: string): name is keyof typeof functions {
  return Object.hasOwn(functions, name)
}

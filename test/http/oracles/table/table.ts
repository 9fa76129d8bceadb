import { ANSWERS } from '../apps/answers.js'
import { bodies } from './bodies.js'
import { headers } from './headers.js'
import { paths } from './paths.js'
import { queries } from './queries.js'
import type { Sent } from './sent.js'

type AnswerName = keyof typeof ANSWERS

const answers = Object.fromEntries(
  Object.keys(ANSWERS).map((name) => [`the answer ${name}`, { target: `/reply/${name}` }]),
) as Readonly<Record<`the answer ${AnswerName}`, Sent>>

const rest = {
  'HEAD of a long answer': { method: 'HEAD', target: '/reply/large' },
  'HEAD of an error': { method: 'HEAD', target: '/reply/broken' },
  'POST answered with cookies': { method: 'POST', target: '/reply/cookies', body: '' },
  'a path that the app does not know': { target: '/nowhere?a=1' },
} satisfies Readonly<Record<string, Sent>>

/** The requests that all oracles are asked, over all formats. */
export const table = { ...queries, ...paths, ...headers, ...bodies, ...answers, ...rest }

export type RequestName = keyof typeof table

export const REQUEST_NAMES = Object.keys(table) as readonly RequestName[]

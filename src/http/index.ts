export type { HttpFormat, InvalidReply } from './format.js'
export type { HttpHeaders, HttpOrigin, HttpReply, HttpRequest } from './message.js'

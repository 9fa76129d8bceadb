import type { HttpReply } from '../message.js'
import { responseOf } from '../web-response.js'
import { decodedBody } from './content-encoding.js'

/** How a Response came about. */
interface Origin {
  readonly url: URL
  readonly redirected: boolean
}

/** A reply as fetch returns it: its body decoded, and with the URL that it came from. */
export function fetchedResponse(reply: HttpReply, method: string, { url, redirected }: Origin): Response {
  const plain = responseOf(reply, method)
  const contentEncoding = plain.headers.get('content-encoding')
  const decoded = plain.body && contentEncoding !== null && decodedBody(reply.body, contentEncoding)
  const withoutFragment = new URL(url)
  withoutFragment.hash = ''
  return cameFrom(decoded ? new Response(decoded, plain) : plain, withoutFragment.href, redirected)
}

/** A Response that was made, and not fetched, does not know where it came from. */
function cameFrom(response: Response, url: string, redirected: boolean): Response {
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: () => cameFrom(Response.prototype.clone.call(response), url, redirected) },
  })
}

import { connect } from 'node:net'

/** Writes the same bytes again and again and counts those that come back: no client can be quicker. */
export function rawSockets(port) {
  const free = []
  let request
  let replyLength

  function open() {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const line = { socket, received: 0, done: undefined }
    socket.on('data', (chunk) => {
      line.received += chunk.length
      replyLength ??= lengthOf(chunk.latin1Slice())
      if (line.received < replyLength) return
      line.received = 0
      free.push(line)
      line.done()
    })
    return line
  }

  return (payload) =>
    new Promise((resolve) => {
      const line = free.pop() ?? open()
      line.done = resolve
      request ??= requestFor(JSON.stringify(payload))
      line.socket.write(request, 'latin1')
    })
}

function lengthOf(reply) {
  const [head] = reply.split('\r\n\r\n', 1)
  return head.length + 4 + Number(/content-length: (\d+)/i.exec(head)[1])
}

function requestFor(body) {
  const head = `POST /2015-03-31/functions/quote/invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${body.length}`
  return `${head}\r\n\r\n${body}`
}

// The Invoke protocol at its barest, in a process of its own: no HTTP library, one answer after the other on a
// connection, no signatures checked. What a function does is its name.
import { createServer } from 'node:net'

const SLOW_MS = 50
const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)
const QUOTE = replyHead(1_014) + JSON.stringify({ text: 'x'.repeat(1_003) })

/** What is sent, once the whole request is there. */
const FUNCTIONS = {
  quote: (socket) => socket.write(QUOTE, 'latin1'),
  slow: (socket) => void setTimeout(() => socket.write(QUOTE, 'latin1'), SLOW_MS),
  echo(socket, body, length) {
    socket.write(replyHead(length), 'latin1')
    for (const chunk of body) socket.write(chunk)
  },
  hold() {},
}

function replyHead(length) {
  return [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    'x-amzn-RequestId: 8a1c5f0e-3b52-4d7e-9c60-2f7b1de0a944',
    'X-Amz-Executed-Version: $LATEST',
    '\r\n',
  ].join('\r\n')
}

const server = createServer({ noDelay: true }, (socket) => {
  let head = NOTHING
  let request
  socket.on('data', function take(chunk) {
    if (!request) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf(HEAD_END)
      if (end === -1) return
      request = parse(head.latin1Slice(0, end + 2))
      chunk = head.subarray(end + HEAD_END.length)
      head = NOTHING
    }
    if (chunk.length > 0) request.body.push(chunk)
    request.missing -= chunk.length
    if (request.missing > 0) return
    const { name, body, length } = request
    request = undefined
    FUNCTIONS[name](socket, body, length)
  })
  // A client that has been stopped takes its connections with it.
  socket.on('error', () => socket.destroy())
})

function parse(head) {
  const name = /\/functions\/(\w+)\//.exec(head)?.[1]
  const length = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1] ?? 0)
  return { name, length, missing: length, body: [] }
}

process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))

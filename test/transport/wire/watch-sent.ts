import { Connection } from '../../../src/transport/wire/connection.js'
import type { Exchange } from '../../../src/transport/wire/wire.js'

/** Whom to tell of requests over connections of the lean transport. */
export interface SentListener {
  /** As the exchange is told; the first time the bytes have just been handed to the socket. */
  onSent?(whole: boolean, isFirst: boolean): void
  onHead?(): void
}

/** Watches all requests of this process that begin from now on; the returned function stops it. */
export function watchSent({ onSent, onHead }: SentListener): () => void {
  const { begin } = Connection.prototype
  Connection.prototype.begin = function (exchange: Exchange) {
    let isFirst = true
    const tell = { onSent: exchange.onSent.bind(exchange), onHead: exchange.onHead.bind(exchange) }
    exchange.onSent = (whole) => {
      onSent?.(whole, isFirst)
      isFirst = false
      tell.onSent(whole)
    }
    exchange.onHead = (head) => {
      onHead?.()
      tell.onHead(head)
    }
    begin.call(this, exchange)
  }
  return () => void (Connection.prototype.begin = begin)
}

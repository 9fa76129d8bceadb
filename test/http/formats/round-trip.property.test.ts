import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { alb } from '../../../src/http/formats/alb.js'
import { apiGatewayV1 } from '../../../src/http/formats/api-gateway-v1.js'
import { apiGatewayV2 } from '../../../src/http/formats/api-gateway-v2.js'
import { functionUrl } from '../../../src/http/formats/function-url.js'
import type { HttpFormat } from '../../../src/http/index.js'
import { requestWith } from '../support.js'
import { albEcho, albMultiValueEcho, payloadV2Echo, rebuiltFrom, restApiEcho, type Rebuilt } from './echo.js'
import {
  cookiesInOneHeader,
  headersJoinedByComma,
  inAnyOrder,
  lastHeaderWins,
  lastParameterWins,
  lossless,
  namesInLowerCase,
  namesInOneSpelling,
  pathDecoded,
  queryAsPairs,
  queryDecoded,
  withoutContentLength,
  type Loss,
} from './losses.js'
import { queryOf, sent, type Sent } from './requests.js'
import { throughJson } from './support.js'

interface Trip<Event> {
  readonly format: HttpFormat<Event>
  readonly echo: (event: Event) => object
  readonly losses: readonly Loss[]
  /** Whether the query comes as a map, which has its names in any order. */
  readonly queryAsMap: boolean
}

/** A request through a function that puts it together again and returns it. */
function there<Event>({ format, echo }: Trip<Event>, request: Sent): Rebuilt {
  const { method, path, headers, body } = request
  const event = format.encode(
    requestWith({ method, path: path.sent, query: queryOf(request), headers, body }),
  )
  const reply = format.decode(throughJson(echo(throughJson(event) as Event)))
  if ('problem' in reply) throw new Error(`${reply.at} ${reply.problem}`)
  return rebuiltFrom(reply)
}

function comesBack<Event>(trip: Trip<Event>): void {
  const { losses, queryAsMap: query } = trip
  fc.assert(
    fc.property(sent, (request) => {
      const expected = losses.reduce((rebuilt, loss) => loss(rebuilt, request), lossless(request))
      expect(inAnyOrder(there(trip, request), { query })).toEqual(inAnyOrder(expected, { query }))
    }),
    { numRuns: 500 },
  )
}

test('a request through an ALB event comes back, but for all values of a name except the last', () => {
  comesBack({
    format: alb(),
    echo: albEcho,
    losses: [namesInLowerCase, lastHeaderWins, queryAsPairs, lastParameterWins],
    queryAsMap: true,
  })
})

test('a request through an ALB event with multi-value headers comes back', () => {
  comesBack({
    format: alb({ multiValueHeaders: true }),
    echo: albMultiValueEcho,
    losses: [namesInLowerCase, queryAsPairs],
    queryAsMap: true,
  })
})

test('a request through the event of a REST API comes back, but for the encoding of its query', () => {
  comesBack({
    format: apiGatewayV1(),
    echo: restApiEcho,
    losses: [namesInOneSpelling, withoutContentLength, queryDecoded],
    queryAsMap: true,
  })
})

test('a request through the event of an HTTP API comes back, but for the encoding of its path', () => {
  comesBack({
    format: apiGatewayV2(),
    echo: payloadV2Echo,
    losses: [namesInLowerCase, cookiesInOneHeader, headersJoinedByComma, pathDecoded],
    queryAsMap: false,
  })
})

test('a request through the event of a function URL comes back, but for where values of a header end', () => {
  comesBack({
    format: functionUrl(),
    echo: payloadV2Echo,
    losses: [namesInLowerCase, cookiesInOneHeader, headersJoinedByComma],
    queryAsMap: false,
  })
})

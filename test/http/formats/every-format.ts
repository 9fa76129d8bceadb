import { alb } from '../../../src/http/formats/alb.js'
import { apiGatewayV1 } from '../../../src/http/formats/api-gateway-v1.js'
import { apiGatewayV2 } from '../../../src/http/formats/api-gateway-v2.js'
import { functionUrl } from '../../../src/http/formats/function-url.js'
import type { HttpFormat } from '../../../src/http/index.js'

export const everyFormat = {
  'an ALB': alb(),
  'an ALB with multi-value headers': alb({ multiValueHeaders: true }),
  'a REST API': apiGatewayV1(),
  'an HTTP API': apiGatewayV2(),
  'a function URL': functionUrl(),
} satisfies Readonly<Record<string, HttpFormat>>

import { alb, apiGatewayV1, apiGatewayV2, functionUrl, type HttpFormat } from 'resilient-lambda/http'

/** Everything that events can be made for. */
export const formats = {
  'ALB single': alb(),
  'ALB multi': alb({ multiValueHeaders: true }),
  'API Gateway v1': apiGatewayV1(),
  'API Gateway v2': apiGatewayV2(),
  'function URL': functionUrl(),
} satisfies Readonly<Record<string, HttpFormat>>

export type FormatName = keyof typeof formats

export const FORMAT_NAMES = Object.keys(formats) as readonly FormatName[]
export const ALB = ['ALB single', 'ALB multi'] as const
export const PAYLOAD_V2 = ['API Gateway v2', 'function URL'] as const

import { ServiceException } from '@aws-sdk/client-lambda'
import { expect, it, test } from 'vitest'
import { summarise, withoutExchange } from '../../src/failures/cause.js'
import { hideResponse, networkError } from './sdk-shapes.js'

function serviceException(message: string): ServiceException {
  const error = new ServiceException({ message, $metadata: { httpStatusCode: 500, requestId: 'r' } })
  return hideResponse(error, { statusCode: 500, headers: {} }) as ServiceException
}

it('keeps class, plain values and frames of an error of the SDK', () => {
  const error = serviceException('oops')
  const view = withoutExchange(error)
  expect(view).not.toBe(error)
  expect(view).toBeInstanceOf(ServiceException)
  expect(view).toMatchObject({ name: 'ServiceException', message: 'oops', $fault: 'server' })
  expect(view).toMatchObject({ $metadata: { httpStatusCode: 500, requestId: 'r' } })
  expect(view).not.toHaveProperty('$response')
  expect((view as Error).stack).toMatch(/^ServiceException: oops\n\s+at .*cause\.test\.ts/)
})

it('keeps the system call of a network error', () => {
  const reset = networkError('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read', $metadata: {} })
  expect(withoutExchange(reset)).toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
})

it('drops what quotes the signed request, from the stack as well', () => {
  const view = withoutExchange(
    serviceException('wrong. The Canonical String for this request is\nSECRET'),
  ) as Error
  expect(view.message).toBe('wrong')
  expect(view.stack).not.toContain('SECRET')
})

it('drops the bytes of a reply that was not HTTP', () => {
  const parse = networkError('Parse Error', { code: 'HPE_X', rawPacket: Buffer.from('SECRET') })
  expect(withoutExchange(parse)).toMatchObject({ code: 'HPE_X' })
  expect(withoutExchange(parse)).not.toHaveProperty('rawPacket')
})

test.each([undefined, null, 'text', 7, new Error('plain'), Object.freeze({ a: 1 })])(
  'leaves %o as it is',
  (cause) => {
    expect(withoutExchange(cause)).toBe(cause)
  },
)

it('survives what cannot be read', () => {
  const trap = new Proxy(
    {},
    {
      has: () => {
        throw new Error('no')
      },
    },
  )
  expect(withoutExchange(trap)).toBeInstanceOf(Error)
})

it('sums a cause up in name, code and message', () => {
  const error = networkError('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' })
  expect(summarise(error)).toStrictEqual({ name: 'Error', code: 'ECONNRESET', message: 'read ECONNRESET' })
  expect(summarise(new Error('x. AWS4-HMAC-SHA256 SECRET')).message).toBe('x')
  expect(summarise('text')).toStrictEqual({ message: 'text was thrown' })
})

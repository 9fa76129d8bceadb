import { Exit, type Entered, type Passage } from '../core/guard.js'
import { failed, type Answered, type Failed, type Outcome } from '../core/outcome.js'
import { policyOf, type Policy } from '../core/policy.js'
import { failure, type Failure, type FailureDetails } from '../failures/failure.js'
import { refuseClientContext } from '../transport/client-context.js'
import { encodePayload } from '../transport/payload.js'
import { keyOf, withKey } from './idempotency-key.js'
import type { Plan } from './plan.js'
import { describeIssues, validate, type Checked } from './standard-schema.js'

/** Values outside, bytes inside: encodes once for all attempts, and checks both ways against the caller's schemas. */
export function codecPolicy({ codec, input, output, clientContext, idempotencyKey }: Plan): Policy {
  const refused = clientContext && refuseClientContext(clientContext)

  class Decoding extends Exit {
    leave(outcome: Outcome): Outcome | Promise<Outcome> {
      return outcome.ok ? decode(outcome as Answered<Uint8Array | undefined>) : outcome
    }
  }
  const decoding = new Decoding()

  return policyOf(function encodeAndDecode(passage) {
    if (refused) return failed(refused)
    if (!input) return encode(passage, passage.call.payload)
    return validate(input, passage.call.payload).then((checked) =>
      checked.issues ? failed(mismatch('InputInvalid', 'payload', checked)) : encode(passage, checked.value),
    )
  })

  function encode(passage: Passage, value: unknown): Entered {
    const { call, context } = passage
    // One key for all attempts, made of what the caller gave: a schema may have turned it into something else.
    const key = idempotencyKey && (context.history.key ??= keyOf(idempotencyKey, call.payload))
    const keyed =
      idempotencyKey && key !== undefined
        ? withKey(idempotencyKey, key, value, clientContext)
        : { payload: value }
    if ('refused' in keyed) return failed(keyed.refused)
    const encoded = encodePayload(codec, keyed.payload)
    if (encoded && 'refused' in encoded) return failed(encoded.refused)
    const { subject, idempotent, byKey, signal } = call
    passage.call = { subject, payload: encoded, idempotent, byKey, idempotencyKey: key, signal }
    return decoding
  }

  function decode(answer: Answered<Uint8Array | undefined>): Outcome | Promise<Outcome> {
    const { value: bytes } = answer
    try {
      const value = bytes && codec.decode(bytes)
      return isThenable(value) ? later(value, answer) : check(value, answer)
    } catch (error) {
      return notDecodable(error, answer)
    }
  }

  function later(value: PromiseLike<unknown>, answer: Answered<Uint8Array | undefined>): Promise<Outcome> {
    return Promise.resolve(value).then(
      (decoded) => check(decoded, answer),
      (error: unknown) => notDecodable(error, answer),
    )
  }

  function check(value: unknown, answer: Answered): Outcome | Promise<Outcome> {
    if (!output) return { ...answer, value }
    const { requestId } = answer.reply
    return validate(output, value).then((checked) =>
      checked.issues
        ? failed(mismatch('ReplyInvalid', 'reply', { ...checked, requestId }))
        : { ...answer, value: checked.value },
    )
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function notDecodable(cause: unknown, { value: bytes, reply }: Answered<Uint8Array | undefined>): Failed {
  const message = `the reply of ${bytes?.byteLength ?? 0} bytes cannot be decoded`
  return failed(failure('ReplyNotDecodable', message, { cause, requestId: reply.requestId }))
}

function mismatch(
  code: 'InputInvalid' | 'ReplyInvalid',
  what: 'payload' | 'reply',
  { issues, ...details }: Extract<Checked, { readonly issues: object }> & FailureDetails,
): Failure {
  const message = `the ${what} does not match its schema: ${describeIssues(issues)}`
  return failure(code, message, { issues, ...details })
}

import { failed, type Outcome } from '../core/outcome.js'
import type { Next } from '../core/policy.js'
import { failure } from '../failures/failure.js'
import { refuseClientContext } from '../transport/client-context.js'
import { encodePayload } from '../transport/payload.js'
import { keyOf, withKey } from './idempotency-key.js'
import type { Plan } from './plan.js'
import { describeIssues, validate, type Checked } from './standard-schema.js'

/** Values outside, bytes inside: encodes once for all attempts, and checks both ways against the caller's schemas. */
export function codecStage({ codec, input, output, clientContext, idempotencyKey }: Plan, next: Next): Next {
  const refused = clientContext && refuseClientContext(clientContext)

  return async function encodeAndDecode(call, context) {
    if (refused) return failed(refused)
    const checked: Checked = input ? await validate(input, call.payload) : { value: call.payload }
    if (checked.issues) {
      const message = `the payload does not match its schema: ${describeIssues(checked.issues)}`
      return failed(failure('InputInvalid', message, checked))
    }
    // One key for all attempts, made of what the caller gave: a schema may have turned it into something else.
    const key = idempotencyKey && (context.history.key ??= keyOf(idempotencyKey, call.payload))
    const keyed =
      idempotencyKey && key !== undefined
        ? withKey(idempotencyKey, key, checked.value, clientContext)
        : { payload: checked.value }
    if ('refused' in keyed) return failed(keyed.refused)
    const encoded = encodePayload(codec, keyed.payload)
    if (encoded && 'refused' in encoded) return failed(encoded.refused)

    const sent = key === undefined ? call : { ...call, idempotencyKey: key }
    const outcome = await next({ ...sent, payload: encoded }, context)
    return outcome.ok ? decode(outcome.value as Uint8Array | undefined, outcome) : outcome
  }

  async function decode(bytes: Uint8Array | undefined, answer: Outcome & { ok: true }): Promise<Outcome> {
    const { requestId } = answer.reply
    let value: unknown
    try {
      value = bytes && (await codec.decode(bytes))
    } catch (error) {
      const message = `the reply of ${bytes?.byteLength ?? 0} bytes cannot be decoded`
      return failed(failure('ReplyNotDecodable', message, { cause: error, requestId }))
    }
    if (!output) return { ...answer, value }
    const checked = await validate(output, value)
    if (!checked.issues) return { ...answer, value: checked.value }
    const message = `the reply does not match its schema: ${describeIssues(checked.issues)}`
    return failed(failure('ReplyInvalid', message, { ...checked, requestId }))
  }
}

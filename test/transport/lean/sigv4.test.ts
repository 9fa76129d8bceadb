import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { deriveKey } from '../../../src/transport/lean/signing-key.js'
import { hashOf, Signer, type Unsigned } from '../../../src/transport/lean/sigv4.js'
import { SUITE, SUITE_CASES } from './sigv4-suite.js'

const KEYS = { accessKeyId: SUITE.accessKeyId, secretAccessKey: SUITE.secretAccessKey }
const SCOPE = { region: 'eu-west-1', service: 'lambda' }
const NOON = Date.parse('2026-03-01T12:00:00Z')

const invoke: Unsigned = {
  method: 'POST',
  host: 'lambda.eu-west-1.amazonaws.com',
  path: '/2015-03-31/functions/quote/invocations',
  query: '',
  headers: { 'content-type': 'application/octet-stream' },
  body: new TextEncoder().encode('{"sku":"A1"}'),
}

describe("AWS's test suite", () => {
  it.each(SUITE_CASES)('$name', ({ method, path, query, headers, token, body, signature }) => {
    const bodyHash = hashOf(new TextEncoder().encode(body ?? ''))
    const complete = {
      ...headers,
      host: SUITE.host,
      'x-amz-date': SUITE.date,
      ...(token !== undefined && { 'x-amz-security-token': token }),
      ...(body !== undefined && { 'x-amz-content-sha256': bodyHash }),
    }
    const request = {
      method: method ?? 'GET',
      path: path ?? '/',
      query: query ?? '',
      headers: complete,
      bodyHash,
    }
    const authorization = new Signer().authorization(request, KEYS, SUITE, SUITE.date)
    expect(authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${Object.keys(complete).toSorted().join(';')}, Signature=${signature}`,
    )
  })
})

// Source: AWS General Reference, "Examples of how to derive a signing key".
it.each([
  ['20150830', 'iam', 'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9'],
  ['20120215', 'iam', 'f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d'],
])('derives the key of %s for %s as the documentation does', (day, service, key) => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  expect(deriveKey(secret, { day, region: 'us-east-1', service }).toString('hex')).toBe(key)
})

describe('the headers of a signed request', () => {
  it('are those given and what the signature needs', () => {
    const signed = new Signer().sign(invoke, KEYS, SCOPE, NOON)
    expect(signed).toEqual({
      ...invoke.headers,
      host: invoke.host,
      'x-amz-date': '20260301T120000Z',
      'x-amz-content-sha256': createHash('sha256').update('{"sku":"A1"}').digest('hex'),
      authorization: expect.stringContaining(
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/lambda/',
      ) as string,
    })
  })

  it('leave the headers given as they were', () => {
    const headers = Object.freeze({ ...invoke.headers })
    new Signer().sign({ ...invoke, headers }, { ...KEYS, sessionToken: 'token' }, SCOPE, NOON)
    expect(headers).toEqual(invoke.headers)
  })

  it('take the hash of the body where it is known', () => {
    const signed = new Signer().sign(invoke, KEYS, SCOPE, NOON, 'known')
    expect(signed['x-amz-content-sha256']).toBe('known')
  })
})

describe('a signer', () => {
  const fresh = (keys: typeof KEYS, dateMs: number): Record<string, string> =>
    new Signer().sign(invoke, keys, SCOPE, dateMs)

  it('signs as a new one does after the day has changed, and after it has changed back', () => {
    const signer = new Signer()
    for (const dateMs of [NOON, NOON + 86_400_000, NOON]) {
      expect(signer.sign(invoke, KEYS, SCOPE, dateMs)).toEqual(fresh(KEYS, dateMs))
    }
  })

  it('tells credentials apart that differ in nothing but the secret', () => {
    const signer = new Signer()
    const others = { ...KEYS, secretAccessKey: 'another' }
    expect(signer.sign(invoke, others, SCOPE, NOON)).toEqual(fresh(others, NOON))
    expect(signer.sign(invoke, KEYS, SCOPE, NOON)).toEqual(fresh(KEYS, NOON))
    expect(fresh(others, NOON)).not.toEqual(fresh(KEYS, NOON))
  })

  it('signs with another secret once it is put into the same credentials', () => {
    const signer = new Signer()
    const keys = { ...KEYS }
    signer.sign(invoke, keys, SCOPE, NOON)
    keys.secretAccessKey = 'another'
    expect(signer.sign(invoke, keys, SCOPE, NOON)).toEqual(fresh({ ...keys }, NOON))
  })

  it('goes on signing right over more days and paths than are kept', () => {
    const signer = new Signer()
    for (let n = 0; n < 1_100; n++) {
      const request = { ...invoke, path: `/2015-03-31/functions/f${n}/invocations` }
      const dateMs = NOON + n * 86_400_000
      expect(signer.sign(request, KEYS, SCOPE, dateMs)).toEqual(
        new Signer().sign(request, KEYS, SCOPE, dateMs),
      )
    }
    const sameInCanonicalForm = { ...invoke, path: `/.${invoke.path}` }
    expect(signer.sign(sameInCanonicalForm, KEYS, SCOPE, NOON)).toEqual(fresh(KEYS, NOON))
  })
})

describe('the hash of a body', () => {
  it('is made once, however often it is asked for', () => {
    const body = new TextEncoder().encode('first')
    const first = hashOf(body)
    body.set(new TextEncoder().encode('other'))
    expect(hashOf(body)).toBe(first)
  })

  it.each([
    ['no body', undefined],
    ['an empty body', new Uint8Array()],
  ])('is that of nothing for %s', (_, body) => {
    expect(hashOf(body)).toBe(createHash('sha256').digest('hex'))
  })
})

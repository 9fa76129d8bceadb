/** A request whose headers are complete but for the signature. */
export interface SignableRequest {
  readonly method: string
  /** As it goes over the wire. */
  readonly path: string
  /** As it goes over the wire, without the question mark. */
  readonly query: string
  /** Names in lower case, `host` included. */
  readonly headers: Readonly<Record<string, string>>
  readonly bodyHash: string
}

/**
 * Headers that proxies and HTTP clients may change on the way, so that a signature over them would not hold.
 *
 * Source: the AWS SDK's SignatureV4.
 */
const UNSIGNABLE = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
])

export function signedNames(headers: SignableRequest['headers']): string[] {
  return Object.keys(headers).filter(isSigned).toSorted()
}

function isSigned(name: string): boolean {
  return !UNSIGNABLE.has(name) && !name.startsWith('proxy-') && !name.startsWith('sec-')
}

/** The form of a request over which caller and service both compute the signature. */
export function canonicalRequest(request: SignableRequest, names: readonly string[]): string {
  const { method, path, query, headers, bodyHash } = request
  let lines = ''
  for (const name of names) lines += `${name}:${canonicalValue(headers[name] ?? '')}\n`
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${lines}\n${names.join(';')}\n${bodyHash}`
}

const UNEVEN = /^ | $| {2}|[\t\r\n]/

function canonicalValue(value: string): string {
  if (!UNEVEN.test(value)) return value
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}

const MOST_PATHS = 1_000
const canonicalPaths = new Map<string, string>()

/** A caller's functions are few and their paths long, so the last ones are kept. */
function canonicalPath(path: string): string {
  const known = canonicalPaths.get(path)
  if (known !== undefined) return known
  if (canonicalPaths.size >= MOST_PATHS) canonicalPaths.clear()
  const canonical = normalise(path)
  canonicalPaths.set(path, canonical)
  return canonical
}

/** Without empty and relative segments; encoded once more, since services other than S3 expect it so. */
function normalise(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  const start = path.startsWith('/') ? '/' : ''
  const end = segments.length > 0 && path.endsWith('/') ? '/' : ''
  return `${start}${segments.join('/')}${end}`
}

type Parameter = readonly [name: string, value: string]

function canonicalQuery(query: string): string {
  if (query === '') return ''
  const parameters = query.split('&').map(canonicalParameter)
  return parameters
    .toSorted(byNameThenValue)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function canonicalParameter(parameter: string): Parameter {
  const [name = '', ...value] = parameter.split('=')
  return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.join('=')))]
}

function byNameThenValue(a: Parameter, b: Parameter): number {
  return compare(a[0], b[0]) || compare(a[1], b[1])
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Stricter than `encodeURIComponent`: RFC 3986 reserves five characters more. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

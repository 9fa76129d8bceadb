import { expectTypeOf, it } from 'vitest'
import type { Json } from 'resilient-lambda'

interface Line {
  readonly sku: string
  readonly at: Date
}

it('keeps what JSON can say', () => {
  expectTypeOf<Json<string>>().toEqualTypeOf<string>()
  expectTypeOf<Json<'a' | 1 | true | null>>().toEqualTypeOf<'a' | 1 | true | null>()
  expectTypeOf<Json<boolean>>().toEqualTypeOf<boolean>()
  expectTypeOf<Json<{ id: number; tags: string[] }>>().toEqualTypeOf<{ id: number; tags: string[] }>()
})

it('lets any and unknown pass', () => {
  expectTypeOf<Json<any>>().toBeAny() // oxlint-disable-line typescript/no-explicit-any -- it is what the test is about
  expectTypeOf<Json<unknown>>().toBeUnknown()
  expectTypeOf<Json<{ raw: unknown }>>().toEqualTypeOf<{ raw: unknown }>()
})

it('turns a Date, and whatever else has a toJSON, into what that returns', () => {
  expectTypeOf<Json<Date>>().toEqualTypeOf<string>()
  expectTypeOf<Json<{ at: Date }>>().toEqualTypeOf<{ at: string }>()
  expectTypeOf<Json<{ toJSON(): { at: Date } }>>().toEqualTypeOf<{ at: string }>()
  expectTypeOf<Json<URL>>().toEqualTypeOf<string>()
})

it('drops undefined, functions and symbols from objects', () => {
  expectTypeOf<Json<{ a: 1; b: undefined; c: () => void; d: symbol }>>().toEqualTypeOf<{ a: 1 }>()
  expectTypeOf<Json<{ a: 1; [Symbol.iterator]: string }>>().toEqualTypeOf<{ a: 1 }>()
})

it('keeps what is optional optional', () => {
  expectTypeOf<Json<{ a?: Date }>>().toEqualTypeOf<{ a?: string }>()
  expectTypeOf<Json<{ a?: string | null }>>().toEqualTypeOf<{ a?: string | null }>()
})

it('makes optional what may be undefined, since it is then left out', () => {
  expectTypeOf<Json<{ a: Date | undefined; b: 1 }>>().toEqualTypeOf<{ a?: string; b: 1 }>()
  expectTypeOf<Json<{ a: string | (() => void) }>>().toEqualTypeOf<{ a?: string }>()
})

it('turns undefined into null in lists and at the top', () => {
  expectTypeOf<Json<(string | undefined)[]>>().toEqualTypeOf<(string | null)[]>()
  expectTypeOf<Json<undefined>>().toEqualTypeOf<null>()
  expectTypeOf<Json<void>>().toEqualTypeOf<null>()
  expectTypeOf<Json<string | undefined>>().toEqualTypeOf<string | null>()
})

it('turns a Map and a Set into an empty object', () => {
  expectTypeOf<Json<Map<string, number>>>().toEqualTypeOf<Record<string, never>>()
  expectTypeOf<Json<{ tags: Set<string> }>>().toEqualTypeOf<{ tags: Record<string, never> }>()
})

it('turns an Error and a RegExp into an empty object', () => {
  expectTypeOf<Json<Error>>().toEqualTypeOf<Record<string, never>>()
  expectTypeOf<Json<TypeError | null>>().toEqualTypeOf<Record<string, never> | null>()
  expectTypeOf<Json<{ pattern: RegExp }>>().toEqualTypeOf<{ pattern: Record<string, never> }>()
})

it('keeps what an error has beside the parts of every error', () => {
  class OutOfStock extends Error {
    readonly sku: string = ''
  }
  expectTypeOf<Json<OutOfStock>>().toEqualTypeOf<{ readonly sku: string }>()
})

it('does not take data for an error because it has a name and a message', () => {
  expectTypeOf<Json<{ name: string; message: string }>>().toEqualTypeOf<{ name: string; message: string }>()
  expectTypeOf<Json<{ name: string; message: string; stack?: string }>>().toEqualTypeOf<{
    name: string
    message: string
    stack?: string
  }>()
})

it('turns typed arrays into objects of numbers, and a Buffer into what its toJSON returns', () => {
  expectTypeOf<Json<Uint8Array>>().toEqualTypeOf<Record<string, number>>()
  expectTypeOf<Json<{ image: Float64Array }>>().toEqualTypeOf<{ image: Record<string, number> }>()
  expectTypeOf<Json<Buffer>>().toEqualTypeOf<{ type: 'Buffer'; data: number[] }>()
  expectTypeOf<Json<BigInt64Array>>().toBeNever()
})

it('has nothing for a bigint', () => {
  expectTypeOf<Json<bigint>>().toBeNever()
  expectTypeOf<Json<{ total: bigint }>>().toEqualTypeOf<{ total: never }>()
})

it('goes as deep as the value does', () => {
  expectTypeOf<Json<{ lines: readonly Line[] }>>().toEqualTypeOf<{
    lines: { readonly sku: string; readonly at: string }[]
  }>()
  expectTypeOf<Json<[Date, { at: Date }]>>().toEqualTypeOf<[string, { at: string }]>()
  expectTypeOf<Json<Record<string, Date>>>().toEqualTypeOf<Record<string, string>>()
})

it('takes each member of a union by itself', () => {
  type Quote = { kind: 'price'; until: Date } | { kind: 'none'; reason?: string }
  expectTypeOf<Json<Quote>>().toEqualTypeOf<
    { kind: 'price'; until: string } | { kind: 'none'; reason?: string }
  >()
  expectTypeOf<Json<Date | number | null>>().toEqualTypeOf<string | number | null>()
})

interface Tree {
  value: Date
  children: Tree[]
}

it('ends on a type that holds itself', () => {
  expectTypeOf<Json<Tree>['children'][number]['value']>().toEqualTypeOf<string>()
})

/** Any Lambda handler: async, returning a value, or with a callback. */
// Parameters are compared the other way round, so only `never` lets every handler in.
export type AnyHandler = (event: never, context: never, callback: never) => unknown

/** What a handler takes. */
export type InputOf<H> = H extends (event: infer E, ...rest: never[]) => unknown ? E : never

/** What a caller of the handler gets: its result, as it comes back through JSON. */
export type OutputOf<H> = Json<ResultOf<H>>

type ResultOf<H> = H extends (event: never, context: never, callback: infer C) => infer R
  ? [Exclude<R, void | undefined>] extends [never]
    ? CallbackResult<C>
    : [Extract<R, PromiseLike<unknown>>] extends [never]
      ? R
      : Awaited<Exclude<R, void>>
  : never

type CallbackResult<C> = C extends (error: never, result?: infer R) => unknown
  ? unknown extends R
    ? unknown
    : R | null
  : null

type Primitive = string | number | boolean | null

/** Left out of objects, and null in lists. */
type Unsayable = void | undefined | symbol | ((...args: never[]) => unknown)

type Empty = Record<string, never>

/** Their data is where JSON does not look. */
type Opaque = ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | RegExp

type TypedArray = ArrayBufferView & { readonly [index: number]: number | bigint }

/** What remains of a value after JSON: a Date becomes a string, a Map or an Error an empty object, undefined is left out. */
export type Json<T> = unknown extends T
  ? T
  : T extends Primitive
    ? T
    : T extends { toJSON(): infer J }
      ? Json<J>
      : T extends bigint
        ? never
        : T extends Unsayable
          ? null
          : T extends readonly unknown[]
            ? { -readonly [K in keyof T]: Json<T[K]> }
            : T extends TypedArray
              ? T[number] extends bigint
                ? never
                : Record<string, number>
              : T extends Opaque
                ? Empty
                : T extends Error
                  ? JsonError<T>
                  : JsonObject<T>

/** Only what a class of errors adds is seen; data that happens to have a name and a message is no error. */
type JsonError<T extends Error> = keyof Error extends keyof T
  ? keyof T extends keyof Error
    ? Empty
    : JsonObject<Omit<T, keyof Error>>
  : JsonObject<T>

type JsonObject<T> = Flat<
  { [K in keyof T as Kept<K, Fate<T[K]>>]: Json<T[K]> } & {
    [K in keyof T as Kept<K, Fate<T[K]>, 'sometimes'>]?: Json<Exclude<T[K], Unsayable>>
  }
>

/** Whether a key is there after JSON: what may be undefined may be missing. */
type Fate<V> = unknown extends V
  ? 'always'
  : [Exclude<V, Unsayable>] extends [never]
    ? 'never'
    : [Extract<V, Unsayable>] extends [never]
      ? 'always'
      : 'sometimes'

type Kept<K, Actual, Wanted = 'always'> = K extends string | number
  ? Actual extends Wanted
    ? K
    : never
  : never

/** One object for people to read, where there was an intersection. */
type Flat<T> = { [K in keyof T]: T[K] }

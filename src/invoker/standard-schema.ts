import { summarise } from '../failures/cause.js'
import type { SchemaIssue } from '../failures/failure.js'

/**
 * What zod, valibot, arktype and others have in common.
 *
 * Source: Standard Schema, version 1 (https://standardschema.dev).
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** A value, or what is wrong with it. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] }

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema takes. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['input']
/** What a schema yields. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']

/** A checked value, or what is wrong with it. */
export type Checked =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[]; readonly cause?: unknown }

/** The value as the schema yields it, or what is wrong with it; a schema that throws has an issue with everything. */
export async function validate(schema: StandardSchema, value: unknown): Promise<Checked> {
  try {
    const result = await schema['~standard'].validate(value)
    return result.issues ? { issues: result.issues.map(issueOf) } : { value: result.value }
  } catch (error) {
    return { issues: [{ message: `the schema threw: ${summarise(error).message}` }], cause: error }
  }
}

function issueOf({ message, path }: StandardIssue): SchemaIssue {
  const keys = path?.map((step) => String(typeof step === 'object' ? step.key : step))
  return keys?.length ? { message, path: keys.join('.') } : { message }
}

const SHOWN = 3

/** The first few issues in a line, for an error's message. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  const shown = issues
    .slice(0, SHOWN)
    .map(({ message, path }) => (path === undefined ? message : `${path}: ${message}`))
  if (issues.length > SHOWN) shown.push(`and ${issues.length - SHOWN} more`)
  return shown.join('; ')
}

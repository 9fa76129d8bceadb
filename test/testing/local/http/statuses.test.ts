import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-lambda'
import { expect, test } from 'vitest'
import { messageKeyOf, statusOf } from '../../../../src/testing/local/http/statuses.js'

type ErrorSchema = readonly [number, string, string, { readonly httpError?: number }, readonly string[]]

const entry = createRequire(import.meta.url).resolve('@aws-sdk/client-lambda')
const declaration = readFileSync(join(entry, '../../dist-types/commands/InvokeCommand.d.ts'), 'utf8')
const names = [...declaration.matchAll(/@throws \{@link (\w+Exception)\}/g)]
  .map(([, name]) => name ?? '')
  .filter((name) => name !== 'LambdaServiceException')

test('the SDK declares the errors of Invoke where this test looks', () => {
  expect(names.length).toBeGreaterThan(40)
})

test.each(names)('%s has the status and the spelling of its message that the SDK declares', (name) => {
  const schema = Object.entries(sdk).find(([key]) => key === `${name}$`)?.[1] as unknown as ErrorSchema
  expect(statusOf(name)).toBe(schema[3].httpError)
  expect(schema[4]).toContain(messageKeyOf(name))
})

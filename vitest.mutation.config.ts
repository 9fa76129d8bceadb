import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

const { projects: _, ...test } = base.test ?? {}

// The fast tests of the three lowest floors: each mutant runs all that reach it, so no sockets, and no thousand plays.
export default defineConfig({
  ...base,
  test: {
    ...test,
    include: ['test/{failures,core,policies,compositions}/**/*.test.ts'],
    exclude: ['**/*.wire.test.ts', 'test/compositions/promises.property.test.ts'],
  },
})

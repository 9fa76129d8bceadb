import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** What the SDK itself is asked in, with a mock or a middleware of its own, or with the timers of its handler. */
const OF_THE_SDK = [
  'mock',
  'meddling',
  'prepared-stack',
  'sdk-retries',
  'function-configuration',
  'resource-policy',
].map((name) => `test/transport/${name}.test.ts`)

export default defineConfig({
  resolve: {
    alias: [
      { find: /^resilient-lambda$/, replacement: path('./src/index.ts') },
      {
        find: /^resilient-lambda\/(policies|http|callee|dead-letter|otel|testing)$/,
        replacement: path('./src/$1/index.ts'),
      },
    ],
  },
  test: {
    testTimeout: 20_000,
    restoreMocks: true,
    projects: [
      { extends: true, test: { name: 'sdk', include: ['test/**/*.test.ts'] } },
      {
        // Everything about sending once more, by invokers that send by the lean transport where a test does not say.
        extends: true,
        resolve: { alias: [{ find: /^resilient-lambda$/, replacement: path('./test/lean.ts') }] },
        test: {
          name: 'lean',
          env: { SENDING_BY: 'lean' },
          include: ['test/wire/*.test.ts', 'test/transport/*.test.ts'],
          exclude: OF_THE_SDK,
        },
      },
      {
        // The same over the SDK's own handler: clients that the library makes have one of ours.
        extends: true,
        resolve: { alias: [{ find: /^resilient-lambda$/, replacement: path('./test/handed-in.ts') }] },
        test: { name: 'handed-in', include: ['test/wire/*.test.ts'] },
      },
    ],
  },
})

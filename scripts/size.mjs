// What a user's bundle grows by, minified and gzipped, without the AWS SDK; it may not grow
// unnoticed.
import { build } from 'esbuild'
import { gzipSync } from 'node:zlib'

const LIMITS_KB = { index: 60, policies: 32, http: 45, 'dead-letter': 5, callee: 1, otel: 5 }

let failed = false
for (const [entry, limitKb] of Object.entries(LIMITS_KB)) {
  const { outputFiles } = await build({
    entryPoints: [entry === 'index' ? 'dist/index.js' : `dist/${entry}/index.js`],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    external: ['@aws-sdk/*', '@opentelemetry/*'],
    write: false,
  })
  const kb = gzipSync(outputFiles[0].contents).byteLength / 1024
  const verdict = kb > limitKb ? 'too large' : 'fine'
  failed ||= kb > limitKb
  console.log(`${entry.padEnd(11)} ${kb.toFixed(1).padStart(5)} KB of ${limitKb} KB: ${verdict}`)
}
process.exit(failed ? 1 : 0)

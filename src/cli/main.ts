#!/usr/bin/env node
import { run } from './run.js'

// Who reads no further, such as `head`, has seen enough.
process.stdout.on('error', () => process.exit())
process.exitCode = await run(process.argv.slice(2), process)

#!/usr/bin/env node
import { run } from './run.js'
import { endWhereUnwritable } from './terminal.js'

endWhereUnwritable(process)
process.exitCode = await run(process.argv.slice(2), process)

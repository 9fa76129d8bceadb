import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { version } = require('@aws-sdk/client-lambda/package.json') as { version: string }
const { devDependencies } = require('../../package.json') as { devDependencies: Record<string, string> }

/** The version of the AWS SDK that is installed. */
export const SDK_VERSION: string = version

/** Whether it is the one the project is developed with; others behave differently by themselves. */
export const IS_PROJECTS_SDK: boolean = version === devDependencies['@aws-sdk/client-lambda']

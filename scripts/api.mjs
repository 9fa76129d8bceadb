// The public API as checked-in files, one for each entry point: an API change is a diff.
// With --local the files are brought up to date; without, a difference is a failure.
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const localBuild = process.argv.includes('--local')
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object')

let failed = false
for (const [entry, { types }] of entries) {
  const name = entry === '.' ? 'index' : entry.slice(2)
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: join(root, 'api'),
        reportTempFolder: join(root, '.build/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          // A type that users meet but cannot name here stands in the report: it is part of the API all the same.
          'ae-forgotten-export': { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  })
  const result = Extractor.invoke(config, { localBuild, messageCallback: quietly })
  failed ||= !result.succeeded && !localBuild
  if (result.apiReportChanged && !localBuild) {
    console.error(
      `The public API of '${entry}' differs from api/${name}.api.md. If that is meant: npm run api`,
    )
  }
}
process.exit(failed ? 1 : 0)

function quietly(message) {
  if (message.logLevel === ExtractorLogLevel.Info || message.logLevel === ExtractorLogLevel.Verbose)
    message.handled = true
}

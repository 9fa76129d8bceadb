// Fills the blocks of the documents that are marked by comments, so that they say only what runs:
//   <!-- region file#name -->   the region of a file under examples/
//   <!-- file path -->          a whole file
//   <!-- error-table -->        the catalogue of failures
//   <!-- fault-table -->        a few lines of docs/faults.md, which the wire tests write
//   <!-- metrics -->            the metrics of resilient-lambda/otel
//   <!-- explain -->            the default plan, as explain() prints it
//   <!-- http-formats -->       what each HTTP format makes of one request
//   <!-- http-answers -->       what a front door answers in a function's place
//   <!-- usage -->              what `resilient-lambda serve --help` prints
//   <!-- access-log -->         lines of its log
//   <!-- aws-commands -->       the AWS CLI's commands for a load balancer's permission
// With --check nothing is written, and a difference is a failure.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { CATALOGUE, createInvoker } from '../dist/index.js'
import { METRICS } from '../dist/otel/index.js'
import { answerTable } from './http-answers.mjs'
import { accessLog, awsCommands, usage } from './http-commands.mjs'
import { formatTable } from './http-formats.mjs'

const root = resolve(import.meta.dirname, '..')
const DOCUMENTS = ['README.md', 'src/README.md', 'docs/http.md']
const BLOCK =
  /<!-- (region|file|error-table|fault-table|metrics|explain|http-formats|http-answers|usage|access-log|aws-commands)(?: (\S+))? -->\n[\s\S]*?<!-- end -->/g

const FILL = {
  region(place) {
    const [file, name] = place.split('#')
    return fence('ts', regionOf(readFileSync(join(root, file), 'utf8'), name, place))
  },
  file: (path) =>
    fence(path.split('.').at(-1).replace('mjs', 'js'), readFileSync(join(root, path), 'utf8').trim()),
  'error-table': errorTable,
  'fault-table': faultTable,
  metrics: metricsTable,
  'http-formats': formatTable,
  'http-answers': answerTable,
  usage: () => fence('text', usage()),
  'access-log': () => fence('text', accessLog()),
  'aws-commands': () => fence('sh', awsCommands()),
  explain: () => fence('text', createInvoker()('quote').explain()),
}

function fence(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function regionOf(text, name, place) {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`)
  const end = lines.findIndex((line, index) => index > start && line.trim() === `// #endregion ${name}`)
  if (start < 0 || end < 0) throw new Error(`There is no region ${place}.`)
  const region = lines.slice(start + 1, end).filter((line) => !line.trim().startsWith('// #'))
  const indent = Math.min(...region.filter((line) => line.trim()).map((line) => line.search(/\S/)))
  return region
    .map((line) => line.slice(indent))
    .join('\n')
    .trim()
}

const TELLING_FAULTS = [
  'reset half-way through the request',
  'reset after the request, function run',
  'reply that never begins, function run',
  'reply cut half-way by a reset',
  '503 page of a proxy, function run',
  '500 ServiceException, function run',
  'error thrown by the handler',
]

/** The first columns are what the reader came for; the whole table is a link away. */
function faultTable() {
  const rows = readFileSync(join(root, 'docs/faults.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, 5)
        .map((cell) => cell.replace(/ \/ \d+.*/, '').trim()),
    )
  const found = TELLING_FAULTS.map((fault) => rows.find(([name]) => name === fault) ?? missing(fault))
  return [['', 'AWS SDK', 'ordinary', 'idempotent'], ['---', '---', '---', '---'], ...found]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function missing(fault) {
  throw new Error(`docs/faults.md has no line for '${fault}'.`)
}

/** One table for each kind: a reader looks for what happened, and then for its name. */
function errorTable() {
  const rows = Object.entries(CATALOGUE)
  const kinds = [...new Set(rows.map(([, { kind }]) => kind))]
  return kinds
    .map((kind) =>
      [
        `#### ${kind}`,
        '',
        '| code | ran | retry | breaker | means | advice |',
        '| --- | --- | --- | --- | --- | --- |',
        ...rows.filter(([, row]) => row.kind === kind).map(rowOf),
      ].join('\n'),
    )
    .join('\n\n')
}

function rowOf([code, { ran, retry, breaker, means, advice }]) {
  return `| \`${code}\` | ${ran} | ${retry} | ${breaker} | ${means} | ${advice} |`
}

function metricsTable() {
  const rows = Object.values(METRICS).map(
    ({ name, instrument, unit, description, attributes }) =>
      `| \`${name}\` | ${instrument} | \`${unit}\` | ${description} | ${attributes.map((a) => `\`${a}\``).join(', ')} |`,
  )
  return [
    '| metric | instrument | unit | what it tells | by |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

let differences = 0
for (const document of DOCUMENTS) {
  const path = join(root, document)
  const before = readFileSync(path, 'utf8')
  const filled = before.replace(BLOCK, (_, kind, place) => {
    const head = place ? `<!-- ${kind} ${place} -->` : `<!-- ${kind} -->`
    return `${head}\n\n${FILL[kind](place)}\n\n<!-- end -->`
  })
  const after = await format(filled, { ...(await resolveConfig(path)), parser: 'markdown' })
  if (after === before) continue
  differences++
  if (process.argv.includes('--check'))
    console.error(`${document} is not what the code says. Run: npm run docs`)
  else writeFileSync(path, after)
}
process.exit(process.argv.includes('--check') && differences > 0 ? 1 : 0)

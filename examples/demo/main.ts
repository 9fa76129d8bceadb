import { setTimeout as sleep } from 'node:timers/promises'
import { callOne } from './call-one.js'
import { HELP, readOptions, WrongUsage } from './options.js'
import { Paper } from './paper.js'
import { Stage } from './stage.js'
import { STORYLINE } from './storyline.js'
import { summarise } from './summary.js'

// The SDK's notice about future versions of Node would land in the middle of the drawing.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

/** For the eye to follow; a file needs none. */
const PAUSE_MS = 500

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  try {
    const wish = readOptions(args)
    if (wish.do === 'invoke') return await callOne(wish)
    if (wish.do === 'help') process.stdout.write(`${HELP}\n`)
    else await demo(new Paper(process.stdout))
    return 0
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    process.stderr.write(`${error.message} See --help.\n`)
    return 2
  }
}

async function demo(paper: Paper): Promise<void> {
  const stage = await Stage.set(paper)
  try {
    paper.line(['resilient-lambda', 'bold'], ` against a local Lambda on ${stage.local.endpoint}`)
    paper.line(['Real requests of the AWS SDK, and real handler code in worker threads.', 'dim'])
    for (const [index, chapter] of STORYLINE.entries()) {
      paper.heading(`${index + 1} ${chapter.title}`)
      paper.hanging(['   '], chapter.about, 'dim')
      paper.line()
      await stage.play(() => chapter.play(stage))
      if (paper.isTerminal) await sleep(PAUSE_MS)
    }
    summarise(stage)
  } finally {
    await stage.strike()
  }
}

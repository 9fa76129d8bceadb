// The local Lambda in a process of its own, so that it takes no time from the process that is measured.
import { startLocalLambda } from 'resilient-lambda/testing'

const local = await startLocalLambda({ functions: { quote: (event) => event } })
process.on('message', (message) => {
  if (message === 'reset') local.reset()
})
process.on('disconnect', () => process.exit())
process.send?.(local.clientSettings)

import type { Chapter } from '../storyline.js'

/** What one call meets on a day like any other. */
export const SINGLE_CALLS: readonly Chapter[] = [
  {
    title: 'Cold starts',
    about: 'Three calls at once start three environments; the next call finds one of them warm.',
    async play(stage) {
      const quote = stage.lambda('quote')
      await Promise.all(['A1', 'B2', 'C3'].map((sku) => stage.send(quote, { sku })))
      await stage.send(quote, { sku: 'A1' })
    },
  },
  {
    title: 'A throttle',
    about: 'The function is at its concurrency limit, and Lambda asks for a second.',
    async play(stage) {
      stage.local.faults('quote').next({ type: 'throttle', retryAfter: '1s' })
      await stage.send(stage.lambda('quote'), { sku: 'A1' })
    },
  },
  {
    title: 'A crash',
    about:
      'Each environment of resize exits at its second image. An ordinary call is not repeated, as its image may be done; ' +
      'one declared idempotent, which opts in to repeats of such errors, finds a fresh environment.',
    async play(stage) {
      const resize = stage.lambda('resize')
      await stage.send(resize, { image: 'a.png' })
      await stage.send(resize, { image: 'b.png' })
      await stage.send(resize, { image: 'c.png' })
      const repeatable = resize.idempotent().retry({ functionErrors: ['Runtime.ExitError'] })
      await stage.send(repeatable, { image: 'd.png' })
    },
  },
  {
    title: 'Time limits',
    about:
      "Lambda kills a report at the function's own limit of one second. A quote that hangs is let go by the caller, " +
      'after 400 ms, and asked for again, since a quote is idempotent.',
    async play(stage) {
      await stage.send(stage.lambda('report'), { takesMs: 60_000 })
      stage.local.faults('quote').next({ type: 'stallHead', executed: true })
      await stage.send(stage.lambda('quote').idempotent().timeout('400ms'), { sku: 'A1' })
    },
  },
]

import type { Chapter } from '../storyline.js'

/** Answers where there is none from the function, or none in time. */
export const LIMITS: readonly Chapter[] = [
  {
    title: 'Fallbacks',
    about:
      'recommend throws, and an empty list answers. Its next version does not even load, so it cannot have run, ' +
      'and the live one is called in its place.',
    async play(stage) {
      const recommend = stage.lambda('recommend')
      await stage.send(recommend.fallback([]), { history: [] })
      const live = stage.lambda('recommend:live')
      await stage.send(stage.lambda('recommend:next').fallback(live), { history: ['A1'] })
    },
  },
  {
    title: 'Deadlines',
    about:
      'A report takes longer than its caller can wait, and the caller is answered in time. Then Lambda asks for ' +
      'thirty seconds where two are left, and the caller is told at once.',
    async play(stage) {
      await stage.send(stage.lambda('report').deadline('800ms'), { takesMs: 60_000 })
      stage.local.faults('quote').next({ type: 'throttle', retryAfter: '30s' })
      await stage.send(stage.lambda('quote').deadline('2s'), { sku: 'A1' })
    },
  },
]

import { it } from 'vitest'
import { FAULT_CASES } from './fault-cases.js'
import { measureOurs, measureSdk } from './measure.js'
import { answerOf } from './fault-table.js'

it.each(FAULT_CASES)('$name', async (fault) => {
  const t0 = performance.now()
  const a = await measureOurs(fault)
  const t1 = performance.now()
  const b = await measureOurs(fault, { shape: (f) => f.idempotent() })
  const t2 = performance.now()
  const o = fault.refused ? undefined : await measureOurs(fault, { once: true })
  const t3 = performance.now()
  const s = fault.sdk === false ? undefined : await measureSdk(fault)
  const t4 = performance.now()
  const show = (m: any) => m && `${m.runs}/${m.requests} ${m.result ? answerOf(m.result) : ''} ${m.result?.meta.durationMs.toFixed(0)}`
  console.log(fault.name, '|', String(fault.answer), '| ours', show(a), '| idem', show(b), '| once', show(o), '| sdk', show(s), '|', [t1-t0,t2-t1,t3-t2,t4-t3].map(x => x.toFixed(0)).join(' '))
})

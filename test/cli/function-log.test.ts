import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask, folderOf, HANDLER, inFrontOf, serving, TIME, UUID } from './support.js'

describe('the log of a function', () => {
  it('prints the plan and the log of the function when told to be verbose, whatever it answers', async () => {
    const folder = await folderOf({ 'shop.mjs': HANDLER })
    const { terminal, url } = await serving(
      '--module',
      join(folder, 'shop.mjs'),
      '--verbose',
      '--deadline',
      '7s',
    )
    expect(terminal.out).toMatch(/^\* -> shop \(alb\)\nshop, not idempotent\n(?: {2}.*\n)+Listening on /)
    expect(terminal.out).toMatch(/^ {2}deadline +7 s for the whole call$/m)
    await ask(`${url}/200`)
    await ask(`${url}/throw`)
    await ask(`${url}/503`, { method: 'POST' })
    const logged = Array.from(terminal.err.matchAll(/INFO \\x1b\[1masked for (\S+)$/gm), ([, path]) => path)
    expect(logged).toEqual(['/200', '/throw', '/503'])
    expect(terminal.err).not.toMatch(/[^\P{C}\n]/u)
  })

  it.each(['text', 'json'])(
    'prints on stderr what a function of this machine prints, and where its errors come from: log as %s',
    async (log) => {
      const folder = await folderOf({ 'shop.mjs': HANDLER })
      const { terminal, url } = await serving('--module', join(folder, 'shop.mjs'), '--log', log)
      const started = terminal.err.length
      await ask(`${url}/200`)
      await ask(`${url}/throw`)
      await terminal.until(/LambdaUnhandled/)
      const told = terminal.err.slice(started).split('\n')
      const mark = `${TIME} ${UUID} INFO \\\\x1b\\[1masked for`
      expect(told.slice(0, 4)).toEqual([
        expect.stringMatching(`^${mark} /200$`),
        expect.stringMatching(`^${mark} /throw$`),
        expect.stringMatching(`^${UUID} TypeError: no such$`),
        'thing',
      ])
      expect(told[4]).toMatch(/^ {4}at .*handler .*shop\.mjs:4:/)
      expect(terminal.err).not.toMatch(/RequestId|Invoke Error/)
      expect(terminal.out).not.toContain('deadline')
      expect(terminal.out).not.toContain('masked for')
    },
  )

  it('says so when there is more than the end of the log', async () => {
    const module = `export const handler = async () => {
      console.log('first', '-'.repeat(5000))
      console.log('last')
      return { statusCode: 200 }
    }`
    const folder = await folderOf({ 'long.mjs': module })
    const { terminal, url } = await serving('--module', join(folder, 'long.mjs'))
    await ask(url)
    const [first, ...others] = terminal.err.split('\n')
    expect(first).toBe('The last 4 KB of the log:')
    expect(others.at(-2)).toMatch(/ INFO last$/)
  })

  it('keeps the log of a function in AWS to itself', async () => {
    const { local, terminal, url } = await inFrontOf(async () => ({ statusCode: 200 }))
    await ask(url)
    expect(terminal.err).toBe('')
    expect(local.requests[0]?.headers).not.toHaveProperty('x-amz-log-type')
  })
})

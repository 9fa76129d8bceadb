import { describe, expect, it } from 'vitest'
import { readBody } from '../../src/http/read-body.js'

describe('reading a body', () => {
  it.each([
    ['of all sizes', ['ab', '', 'cd', 'e', 'fghijklmnop', 'q', 'r']],
    ['of one byte', '0123456789'.repeat(100).split('')],
    ['that are none', []],
  ])('joins its chunks, %s', async (_, texts) => {
    const read = await readBody(chunks(texts), 1_000)
    expect(read && Buffer.from(read).toString()).toBe(texts.join(''))
  })

  it('stops as soon as there is too much, and lets go of the rest', async () => {
    const seen: string[] = []
    expect(await readBody(chunks(['ab', 'cd', 'e', 'never'], seen), 4)).toBeUndefined()
    expect(seen).toEqual(['ab', 'cd', 'e', 'closed'])
  })

  it('passes on what the body throws', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ab')
      throw new Error('cut')
    }
    await expect(readBody(broken(), 4)).rejects.toThrow('cut')
  })
})

async function* chunks(texts: readonly string[], seen: string[] = []): AsyncGenerator<Uint8Array> {
  try {
    for (const text of texts) {
      if (text !== '') seen.push(text)
      yield Buffer.from(text)
    }
  } finally {
    seen.push('closed')
  }
}

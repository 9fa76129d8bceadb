import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { validator } from 'hono/validator'
import type { LambdaHandler } from 'resilient-lambda/testing'

interface NewItem {
  readonly name: string
}

const app = new Hono()
  .get(
    '/items/:id',
    validator('query', ({ size }) => ({ size: String(size) })),
    (context) => {
      const id = context.req.param('id')
      if (id === 'missing') return context.json({ problem: 'no such item' }, 404)
      return context.json({ id, size: context.req.valid('query').size }, 200)
    },
  )
  .post(
    '/items',
    validator('json', (given) => given as NewItem),
    (context) => {
      return context.json({ id: '8', ...context.req.valid('json') }, 201)
    },
  )

export type ItemsApp = typeof app

/** The app as it runs in Lambda; it breaks down over the item `crash`. */
export const itemsHandler: LambdaHandler = async (event) => {
  const given = event as Parameters<ReturnType<typeof handle>>[0]
  if ('path' in given && given.path === '/items/crash') throw new RangeError('out of items')
  return handle(app)(given)
}

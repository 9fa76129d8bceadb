// A function that speaks HTTP, called with fetch and with what builds on it.
// #region fetch
import { lambda } from 'resilient-lambda'
import { alb, lambdaFetch } from 'resilient-lambda/http'

const shopFetch = lambdaFetch(lambda('shop').deadline('5s'), alb())

const response = await shopFetch('https://shop.internal/items/A1?currency=EUR')
// #endregion fetch
console.log(response.status, await response.json())

// #region ky
import ky from 'ky'

const shop = ky.create({ fetch: shopFetch, retry: 0 })

const headers = { 'idempotency-key': 'A-17' } // so that this POST may be repeated
const order = await shop.post('https://shop.internal/orders', { json: { sku: 'A1' }, headers }).json()
// #endregion ky
console.log('a POST with a key:', order)

// #region idempotent
const careful = lambdaFetch(lambda('shop'), alb(), {
  idempotent: ({ request, byDefault }) => byDefault && !request.path.startsWith('/reports/'),
})
// #endregion idempotent
console.log('a page that is not there:', (await careful('https://shop.internal/reports/7')).status)

// #region fallback
const closed = new Response('The shop is closed.', { status: 503 })

const either = lambdaFetch(lambda('shop').fallback(closed), alb())
// #endregion fallback
console.log('with a fallback:', (await either('https://shop.internal/items/A1')).status)

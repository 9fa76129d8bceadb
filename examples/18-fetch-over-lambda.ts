// A function that speaks HTTP, called with fetch and with what builds on it.
// #region fetch
import { lambda } from 'resilient-lambda'
import { alb, lambdaFetch } from 'resilient-lambda/http'

const fetch = lambdaFetch(lambda('shop').deadline('5s'), alb())

const response = await fetch('https://shop.internal/items/A1?currency=EUR')
// #endregion fetch
console.log(response.status, await response.json())

// #region ky
import ky from 'ky'

const shop = ky.create({ prefixUrl: 'https://shop.internal', fetch, retry: 0 })

const headers = { 'idempotency-key': 'A-17' } // so that this POST may be repeated
const order = await shop.post('orders', { json: { sku: 'A1' }, headers }).json()
// #endregion ky
console.log('a POST with a key:', order)

// #region idempotent
const careful = lambdaFetch(lambda('shop'), alb(), {
  idempotent: ({ request, byDefault }) => byDefault && !request.path.startsWith('/reports/'),
})
// #endregion idempotent
console.log('a page that is not there:', (await careful('https://shop.internal/reports/7')).status)

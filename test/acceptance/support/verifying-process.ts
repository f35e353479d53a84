import { openCachedProduct, type ProductOptions } from './cached-product.js'

// One more process of a product: answers each token that it is sent with its verdict, and how many reads there were so far.
const options: ProductOptions = JSON.parse(process.argv[2] ?? '')
const { keyring, events, reads } = openCachedProduct(options)
process.on('message', async (token) => {
  const verdict = await keyring.verify(String(token))
  const isCaching = events.some(({ type }) => type === 'cache.used')
  process.send?.({ code: verdict.ok ? 'ok' : verdict.refusal.code, reads: reads(), isCaching })
})
process.on('disconnect', () => process.exit())

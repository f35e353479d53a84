import { openTellingProduct, type TellingOptions } from './telling-product.js'

// One more process of a product: does what is due when it is told to, several times at once, and says what it was given.
const options: TellingOptions = JSON.parse(process.argv[2] ?? '')
const { keyring, given, delivered, close } = openTellingProduct(options)
process.on('message', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => keyring.runDue()))
  const expiring = runs.reduce((sum, one) => sum + one.expiring, 0)
  process.send?.({ expiring, given: given.splice(0), delivered: delivered.splice(0) })
})
process.on('disconnect', async () => {
  await close()
  process.exit()
})
process.send?.('ready')

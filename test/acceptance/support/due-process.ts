import { openTellingProduct, type TellingOptions } from './telling-product.js'

// One more process of a product: does what is due when it is told to, several times at once, and says what it was given.
const options: TellingOptions = JSON.parse(process.argv[2] ?? '')
const { keyring, given, close } = openTellingProduct(options)
process.on('message', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => keyring.runDue()))
  process.send?.({ expiring: runs.reduce((sum, { expiring }) => sum + expiring, 0), given: given.splice(0) })
})
process.on('disconnect', async () => {
  await close()
  process.exit()
})
process.send?.('ready')

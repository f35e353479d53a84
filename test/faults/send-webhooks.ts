import { type HookPlace, openHooks } from './child-webhooks.js'

const place = JSON.parse(process.argv[2] ?? '{}') as HookPlace // from the test
let delivered = 0
const { db, keyring, hooks } = openHooks(place, ({ type }) => {
  if (type === 'webhook.delivered') delivered += 1
})

process.once('message', async () => {
  await hooks.close()
  await keyring.close()
  await db.destroy()
  process.send?.({ delivered })
  process.disconnect()
})
hooks.start()
process.send?.('started')

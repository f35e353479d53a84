import { isKeyError } from '@keywright/core'
import { type ChildPlace, openKeyring } from './child-keyring.js'

const order = JSON.parse(process.argv[2] ?? '{}') as ChildPlace // from the test
const { db, keyring } = openKeyring(order)
await keyring.list({ owner: order.owner })
process.once('message', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 25 }, () =>
      keyring.create({ name: 'k', owner: order.owner, scopes: ['members.read'] }).then(
        () => 'created',
        (error: unknown) => (isKeyError(error) ? error.code : String(error)),
      ),
    ),
  )
  process.send?.(outcomes)
  await db.destroy()
  process.disconnect()
})
process.send?.('ready')

import { once } from 'node:events'
import { connect } from 'node:net'

/** The address of Redis, from the environment; the default is its standard local port. */
export const redisUrl: string = process.env.KEYWRIGHT_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

/** Whether Redis answers. If not, its tests are skipped, and a warning says so. */
export const redisIsThere: boolean = await answers(new URL(redisUrl))
if (!redisIsThere) console.warn(`Redis is left out: nothing answers at ${redisUrl}`)

async function answers({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port || 6379), hostname).setTimeout(10_000, () => socket.destroy())
  return once(socket, 'connect').then(
    () => {
      socket.destroy()
      return true
    },
    () => false,
  )
}

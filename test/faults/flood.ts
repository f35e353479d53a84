import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { openSqlite } from '../../packages/kysely/test/open-database.js'
import { keyringOf } from './child-keyring.js'
import { unknownToken } from './unknown-token.js'

/** How many tokens to present before memory is measured first, and how many after that. */
export interface FloodOrder {
  readonly path: string
  readonly warmUp: number
  readonly flood: number
}

const { path, warmUp, flood } = JSON.parse(process.argv[2] ?? '{}') as FloodOrder // from the test
const { db } = openSqlite(path)
await migrateToLatest(db)
const keyring = keyringOf(kyselyStore(db), {
  failureLimit: { limit: 1_000, windowMs: 60_000 },
  rateLimits: { default: { limit: 600, windowMs: 60_000 } },
})

const codes = new Map<string, number>()
let sent = 0
async function present(count: number): Promise<void> {
  const end = sent + count
  const one = async (): Promise<void> => {
    while (sent < end) {
      sent += 1
      // Each from another network.
      const ip = `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}`
      const verdict = await keyring.verify(unknownToken(), { ip })
      const code = verdict.ok ? 'ok' : verdict.refusal.code
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 64 }, one))
}

async function memory(): Promise<{ readonly rss: number; readonly heap: number }> {
  // What the first round lets go of outside of the heap, the second finds free.
  globalThis.gc?.()
  await new Promise((resolve) => setTimeout(resolve, 200))
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 }
}

await present(warmUp)
const before = await memory()
await present(flood)
const after = await memory()
process.send?.({ before, after, codes: Object.fromEntries(codes) })
await db.destroy()
process.exit()

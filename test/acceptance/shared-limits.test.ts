import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Owner } from '@keywright/core'
import { migrateToLatest } from '@keywright/kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dropTables } from '../../packages/kysely/test/drop-tables.js'
import { redisIsThere } from '../../packages/redis/test/redis-server.js'
import type { ProductDatabase } from './support/product-database.js'
import { openSharing } from './support/sharing-product.js'
import { isThere, startProcess } from './support/start-process.js'

async function make(engine: ProductDatabase['engine']) {
  const folder = await mkdtemp(join(tmpdir(), 'keywright-sharing-'))
  const id = crypto.randomUUID().slice(0, 8)
  const name = engine === 'SQLite' ? join(folder, 'product.sqlite') : `kw${id}`
  const options = { engine, name, keyPrefix: `keywright:sharing-${id}:` }
  const { keyring, db, tableOptions, redis } = openSharing(options)
  await migrateToLatest(db, tableOptions)
  onTestFinished(async () => {
    if (tableOptions.tablePrefix !== undefined) await dropTables(db, tableOptions.tablePrefix)
    await keyring.close()
    await db.destroy()
    // They would stay for a year.
    const counts = await redis.keys(`${options.keyPrefix}*`)
    if (counts.length > 0) await redis.del(...counts)
    redis.disconnect()
    await rm(folder, { recursive: true })
  })
  const origins = await Promise.all(Array.from({ length: 4 }, () => startProcess('sharing-process.ts', options)))
  const addKey = async (owner: Owner, limit: number | null) => {
    const rateLimits = limit === null ? null : [{ limit, windowMs: 60_000 }]
    const { token } = await keyring.create({ name: 'ci', owner, scopes: ['answers.write'], rateLimits })
    return token.reveal()
  }
  let asked = 0
  const ask = async (token: string) => {
    asked += 1
    const headers = { Authorization: `Bearer ${token}` }
    const response = await fetch(`${origins[asked % 4]}/answers`, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { addKey, ask }
}

const ada: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }
const bob: Owner = { type: 'user', id: 'bob', organizationId: 'acme' }

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  describe.skipIf(!redisIsThere || !(await isThere(engine)))(
    `B18: shared limits, in four processes over ${engine}`,
    () => {
      it('admit three keys of a person together exactly what they say, and then what is left of the organization', async () => {
        const { addKey, ask } = await make(engine)
        const keys = [await addKey(ada, null), await addKey(ada, 1_000), await addKey(ada, null)]
        const [first = ''] = keys
        const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => ask(keys[at % 3] ?? first)))
        const refused = answers.filter(({ status }) => status === 429)
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(30)
        expect(refused).toHaveLength(30)

        const of = await addKey(bob, null)
        const others = await Promise.all(Array.from({ length: 40 }, () => ask(of)))
        // A year's worth of the organization is gone: ada took the rest of it.
        expect(others.filter(({ status }) => status === 200)).toHaveLength(20)
        const late = others.find(({ status }) => status === 429) ?? expect.unreachable()
        expect(Number(late.headers.get('Retry-After'))).toBeGreaterThan(365 * 86_400)
        expect(late.headers.get('RateLimit-Policy')).toContain('"everybody";q=50;w=31622400')
      }, 120_000)

      it('tell a client the limit by its name, and nothing of other keys', async () => {
        const { addKey, ask } = await make(engine)
        const [one, other] = [await addKey(ada, null), await addKey(ada, null)]
        await Promise.all(Array.from({ length: 30 }, () => ask(other)))
        const { status, headers, text } = await ask(one)
        expect([status, JSON.parse(text)]).toMatchObject([
          429,
          { code: 'rate_limited', 'violated-policies': ['person'] },
        ])
        expect(headers.get('RateLimit')).toMatch(/^"person";r=0;t=\d+, "everybody";r=20;t=\d+$/)
        const told = JSON.stringify([...headers, text])
        for (const secret of ['ada', 'acme', other.split('_')[1] ?? '']) expect(told).not.toContain(secret)
      }, 120_000)
    },
  )
}

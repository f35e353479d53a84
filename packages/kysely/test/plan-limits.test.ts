import type { KeyStore } from '@keywright/core/store'
import { testKeyring, testOwners } from '@keywright/testkit'
import type { KyselyPlugin } from 'kysely'
import { describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { type Connection, sqliteFile } from './sqlite-file.js'

const owner = testOwners.user
const input = { name: 'ci', owner }

/** Waits for a random time between any two statements, so that other work can run there. */
const delays: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2))
    return result
  },
}

/** A keyring whose plan allows three keys. */
function threePlaces(store: KeyStore) {
  return testKeyring({ store, plans: { free: { maxKeys: 3 } }, resolvePlan: () => 'free' }).keyring
}

/** One file with its tables, and a keyring over each of so many connections to it. */
async function keyringsOnFile(count: number, plugins: KyselyPlugin[] = []) {
  const file = sqliteFile()
  const connections: Connection[] = Array.from({ length: count }, () => file.open({ plugins }))
  for (const { db } of connections) await migrateToLatest(db)
  const stores = connections.map(({ db }) => kyselyStore(db))
  return { stores, keyrings: stores.map(threePlaces) }
}

describe.each([
  ['one connection', 1, []],
  ['two connections to one file', 2, []],
  ['two connections, with delays in each transaction (FI-21)', 2, [delays]],
])('the limit of a plan, over %s', (_name, count, plugins) => {
  it.each([0, 2])('LIM-2, T33: holds when 50 keys are created at once beside %i keys', async (taken) => {
    const { stores, keyrings } = await keyringsOnFile(count, plugins)
    for (let index = 0; index < taken; index += 1) await keyrings[0]?.create(input)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => keyrings[index % count]?.create(input)),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason)
    for (const error of refused) expect(error).toMatchObject({ code: 'plan_limit_reached', limit: 3, used: 3 })
    expect(refused).toHaveLength(47 + taken)
    for (const store of stores) {
      expect((await store.list({ limit: 100 })).records).toHaveLength(3)
      expect(await store.listAudit({ organizationId: 'org1', order: 'asc', limit: 100 })).toHaveLength(3)
    }
  })
})

describe('the limit of a plan, on SQLite', () => {
  it('LIM-1: counts active and disabled keys, until they are revoked or deleted', async () => {
    const { keyrings, stores } = await keyringsOnFile(2)
    const [here, there] = keyrings
    const ids: string[] = []
    for (const keyring of keyrings) ids.push((await keyring.create(input)).key.id)
    const [first = '', second = ''] = ids
    await here?.create({ ...input, expiresAt: new Date(Date.now() + 3_600_000) })
    const full = { code: 'plan_limit_reached', limit: 3, used: 3 }
    await there?.disable(first)
    await expect(here?.create(input)).rejects.toMatchObject(full)
    await there?.revoke(first)
    const third = await here?.create(input)
    await there?.delete(second)
    await here?.create(input)
    await expect(there?.create(input)).rejects.toMatchObject(full)
    expect(third?.key.status).toBe('active')
    expect((await stores[0]?.list({ limit: 10 }))?.records).toHaveLength(4) // one of them revoked
  })

  it('LIM-1, T34: holds when an expired key is extended, and when keys are enabled and created at once', async () => {
    const { keyrings } = await keyringsOnFile(2)
    const [here = expect.unreachable(), there = expect.unreachable()] = keyrings
    const { key } = await here.create({ ...input, expiresAt: new Date(Date.now() + 150) })
    const disabled = (await here.create(input)).key.id
    await here.disable(disabled)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await there.create(input)
    await there.create(input)
    const outcomes = await Promise.allSettled([
      here.update(key.id, { expiresAt: null }),
      there.create(input),
      here.enable(disabled), // is already counted
      there.update(key.id, { expiresAt: new Date(Date.now() + 60_000) }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'rejected'])
  })
})

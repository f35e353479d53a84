import { testKeyStore, testWebhookStore } from '@keywright/testkit'
import { type Kysely, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { kyselyStore, kyselyWebhookStore, migrateToLatest } from '../../packages/kysely/src/index.js'
import { stepNames } from '../../packages/kysely/src/migrations/steps.js'
import { newPrefix } from '../../packages/kysely/test/drop-tables.js'
import { input, keyringOver, owner } from '../../packages/kysely/test/keyring-over.js'
import { openMariaDb } from '../../packages/kysely/test/open-database.js'
import { testsEverything } from '../support/everything.js'
import { type Cluster, missingForGalera, startCluster } from './cluster.js'
import { openNodes, type Rewrite } from './nodes.js'

const missing = missingForGalera()
if (missing !== null) {
  console.warn(`Galera is left out: there is no ${missing}`)
  it.skipIf(!testsEverything)('is there', () => expect.unreachable(`There is no ${missing}`))
}
const cluster: Cluster = missing === null ? await startCluster() : await Promise.reject(new Error(missing))
const opened: Kysely<object>[] = []
const open = (urls: readonly string[], rewrite?: Rewrite): Kysely<object> => {
  const db = openNodes(urls, rewrite)
  opened.push(db)
  return db
}
afterAll(async () => {
  await Promise.all(opened.map((db) => db.destroy()))
  await cluster.remove()
})

const [first, second, third] = cluster.urls
const { organizationId } = owner
const repetitions = 300

/** Takes the safe read out: no wait, and no refusal of a session that does not wait. */
const unsafe: Rewrite = (statement) =>
  statement.replace(/\/\*M!100104 .*? \*\/ /, '').replace('@@session.wsrep_sync_wait & 1 = 0', '1 = 0')

/** Keeps the nodes busy applying, as other tables of a host do. */
function busy(db: Kysely<object>): { end(): Promise<void> } {
  let isOver = false
  const write = async (): Promise<void> => {
    await sql`create table if not exists others (id int primary key, filler longtext)`.execute(db)
    const fillers = Array.from({ length: 60 }, (_, id) => sql`(${id}, ${'x'.repeat(2_000)})`)
    while (!isOver) await sql`replace into others values ${sql.join(fillers)}`.execute(db)
  }
  const writing = write()
  return {
    end: () => {
      isOver = true
      return writing
    },
  }
}

/** What another node answered wrongly, at once after the call that changed a key had returned. */
interface Wrong {
  passed: number
  refused: number
}

/** Disables and enables a key on one node, and verifies it on another each time. */
async function toggle(verifying: Kysely<object>): Promise<Wrong> {
  const tablePrefix = newPrefix()
  const db = open([first])
  await migrateToLatest(db, { tablePrefix })
  const here = keyringOver(kyselyStore(db, { tablePrefix })).keyring
  const there = keyringOver(kyselyStore(verifying, { tablePrefix })).keyring
  const { key, token } = await here.create(input)
  const wrong: Wrong = { passed: 0, refused: 0 }
  const others = busy(open([first]))
  try {
    for (let time = 0; time < repetitions; time += 1) {
      await here.disable(key.id)
      const verdict = await there.verify(token.reveal())
      if (verdict.ok) wrong.passed += 1
      else if (verdict.refusal.code !== 'api_key_disabled') wrong.refused += 1
      await here.enable(key.id)
      if (!(await there.verify(token.reveal())).ok) wrong.refused += 1
    }
  } finally {
    await others.end()
  }
  return wrong
}

describe('a change on one node of Galera (FI-47, B15)', () => {
  it('is known to a verification on another from the moment its call returned', { timeout: 300_000 }, async () => {
    expect(await toggle(open([second]))).toEqual({ passed: 0, refused: 0 })
  })

  it('is missed by a verification without the safe read, so that this suite would see it', {
    timeout: 300_000,
  }, async () => {
    const wrong = await toggle(open([second], unsafe))
    console.info(`Without the safe read, of ${repetitions} disabled keys`, wrong)
    expect(wrong.passed).toBeGreaterThan(0)
  })

  it('is known to every other read and change on another', { timeout: 300_000 }, async () => {
    const tablePrefix = newPrefix()
    const [db, other] = [open([first]), open([second])]
    await migrateToLatest(db, { tablePrefix })
    const here = keyringOver(kyselyStore(db, { tablePrefix })).keyring
    const there = keyringOver(kyselyStore(other, { tablePrefix })).keyring
    const others = busy(open([first]))
    try {
      for (let time = 1; time <= 50; time += 1) {
        const { key } = await here.create(input)
        expect((await there.get(key.id))?.id).toBe(key.id)
        expect((await there.list({ organizationId })).keys.map(({ id }) => id)).toEqual([key.id])
        expect((await there.stats({ organizationId })).totalCreated).toBe(2 * time - 1)
        const another = await here.create({ ...input, name: 'another' })
        // Not "there is no such key".
        await there.delete(another.key.id)
        expect(await here.get(another.key.id)).toBeNull()
        await there.revoke(key.id)
        expect((await here.get(key.id))?.status).toBe('revoked')
        await here.delete(key.id)
      }
    } finally {
      await others.end()
    }
    expect(await there.audit.verify({ organizationId })).toMatchObject({ ok: true })
  })
})

describe('a session of Galera that answers without waiting (FI-47)', () => {
  it.each([['has wsrep_on turned off', 'set session wsrep_on = 0']])(
    'is refused where it %s',
    async (_what, setting) => {
      const tablePrefix = newPrefix()
      const db = openMariaDb(first, { connectionLimit: 1 }).db
      opened.push(db)
      await migrateToLatest(db, { tablePrefix })
      const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
      const { token } = await keyring.create(input)
      expect(await keyring.doctor()).toEqual([])
      await sql.raw(setting).execute(db)
      const message = expect.stringMatching(/wsrep_sync_wait = 1/)
      expect(await keyring.verify(token.reveal())).toMatchObject({
        refusal: { code: 'auth_unavailable', cause: { message } },
      })
      await expect(keyring.list({ organizationId })).rejects.toMatchObject({ code: 'store_unavailable', message })
      expect(await keyring.doctor()).toMatchObject([{ code: 'outdated_server', message }])
    },
  )
})

describe('a server that was alone when it was first asked (FI-47)', () => {
  it('is refused once it is a node of Galera, and then waits', async () => {
    const tablePrefix = newPrefix()
    let isAlone = true
    const db = open([first], (statement) =>
      isAlone && statement.includes('wsrep_provider') && statement.startsWith('show')
        ? `select 'wsrep_provider' as Variable_name, 'none' as Value`
        : statement,
    )
    await migrateToLatest(open([first]), { tablePrefix })
    const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
    await expect(keyring.create(input)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/wsrep_sync_wait = 1/),
    })
    isAlone = false
    const { token } = await keyring.create(input)
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true })
  })
})

describe('writers on three nodes of Galera', () => {
  it('of one organization all succeed, and the audit log is whole (FI-48)', { timeout: 300_000 }, async () => {
    const tablePrefix = newPrefix()
    await migrateToLatest(open([first]), { tablePrefix })
    const keyrings = cluster.urls.map((url) => keyringOver(kyselyStore(open([url]), { tablePrefix })).keyring)
    const failed: unknown[] = []
    const times = 48
    await Promise.all(
      keyrings.map(async (keyring) => {
        for (let time = 0; time < times; time += 1) await keyring.create(input).catch((error) => failed.push(error))
      }),
    )
    console.info(`${failed.length} of ${times * keyrings.length} creations at once on three nodes failed`)
    expect(failed).toEqual([])
    const [keyring] = keyrings
    expect((await keyring?.stats({ organizationId }))?.totalCreated).toBe(times * keyrings.length)
    expect(await keyring?.audit.verify({ organizationId })).toMatchObject({ ok: true })
  })

  it('that migrate at once run each step once, and none fails (FI-49)', { timeout: 300_000 }, async () => {
    for (let round = 0; round < 3; round += 1) {
      const tablePrefix = newPrefix()
      const callers = [...cluster.urls, ...cluster.urls].map((url) => migrateToLatest(open([url]), { tablePrefix }))
      expect((await Promise.all(callers)).flat().sort()).toEqual(stepNames)
    }
  })
})

const spread = open(cluster.urls)
const tables = { tablePrefix: newPrefix() }
testKeyStore({
  name: 'Galera, each connection to another node',
  open: async () => {
    await migrateToLatest(spread, tables)
    return kyselyStore(spread, tables)
  },
})
testWebhookStore({
  name: 'Galera, each connection to another node',
  open: async () => {
    await migrateToLatest(spread, tables)
    return { keys: kyselyStore(spread, tables), webhooks: kyselyWebhookStore(spread, tables) }
  },
})

// The last: from then on, there is no cluster.
describe('a node that has lost the others (FI-47)', () => {
  it('is refused, even where it answers reads', { timeout: 120_000 }, async () => {
    const tablePrefix = newPrefix()
    const db = openMariaDb(third, { connectionLimit: 1 }).db
    opened.push(db)
    await migrateToLatest(db, { tablePrefix })
    const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
    const { token } = await keyring.create(input)
    await sql`set session wsrep_dirty_reads = 1`.execute(db)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    await Promise.all([0, 1].map((node) => cluster.kill(node)))
    const isReady = async () =>
      (await sql<{ Value: string }>`show status like 'wsrep_ready'`.execute(db)).rows[0]?.Value
    await expect.poll(isReady, { timeout: 60_000 }).toBe('OFF')
    const keys = sql<{
      keys: number
    }>`select count(*) as ${sql.ref('keys')} from ${sql.table(`${tablePrefix}api_keys`)}`
    expect((await keys.execute(db)).rows).toEqual([{ keys: 1 }])
    expect(await keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'auth_unavailable' } })
    await expect(keyring.list({ organizationId })).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await keyring.doctor()).toMatchObject([{ code: 'store_unavailable' }])
  })
})

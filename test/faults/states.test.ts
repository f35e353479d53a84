import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { hmacSha256 } from '@keywright/core'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import { type Kysely, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dropTables, newPrefix } from '../../packages/kysely/test/drop-tables.js'
import { openPostgres, openSqlite } from '../../packages/kysely/test/open-database.js'
import { findPostgresPrograms, ownPostgres } from '../support/own-postgres.js'
import { servers } from './servers.js'
import { unknownToken } from './unknown-token.js'
import { healed, keyringOver, request, worlds } from './world.js'

describe.each(servers)('on $name', (server) => {
  const makeWorld = worlds(server)

  it('FI-24: a read-only database verifies, refuses changes, and keeps usage until it can be written', async () => {
    const world = await makeWorld()
    const { key, token } = await world.direct.keyring.create(world.input)
    let isReadOnly = true
    const { keyring, events } = world.behind(
      { onConnect: () => (isReadOnly ? server.readOnly : 'select 1') },
      { usageFlushMs: 100 },
    )
    for (let count = 0; count < 5; count += 1) {
      expect((await request(keyring, token.reveal())).status).toBe(200)
    }
    const verbs = [
      () => keyring.create(world.input),
      () => keyring.disable(key.id),
      () => keyring.rotate(key.id),
      () => keyring.delete(key.id),
    ]
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect
      .poll(() => events, { timeout: 5_000 })
      .toContainEqual(expect.objectContaining({ type: 'usage.not_written', kept: 1 }))
    isReadOnly = false
    world.proxy.cut()
    expect(await healed(keyring, token.reveal())).toBe(true)
    expect((await keyring.disable(key.id)).status).toBe('disabled')
    await keyring.close()
    const { callsLast24h } = await world.direct.keyring.stats({ organizationId: world.owner.id })
    expect(callsLast24h).toBeGreaterThanOrEqual(10)
    expect(events.filter(({ type }) => type === 'usage.dropped')).toEqual([])
  })

  describe('FI-26: a schema', () => {
    /** Tables of a test's own, to be damaged. */
    async function start() {
      const tablePrefix = newPrefix()
      const { db } = server.open(server.url, { max: 2 })
      onTestFinished(async () => {
        await dropTables(db, tablePrefix)
        await db.destroy()
      })
      const migrations = sql.table(`${tablePrefix}api_key_migrations`)
      const names = async () =>
        (await db.introspection.getTables({ withInternalKyselyTables: true }))
          .map(({ name }) => name)
          .filter((name) => name.startsWith(tablePrefix))
      return { db, tablePrefix, migrations, names, keyring: keyringOver(kyselyStore(db, { tablePrefix })).keyring }
    }

    const token = unknownToken()
    const expectRefused = async ({ keyring, names }: Awaited<ReturnType<typeof start>>, message: RegExp) => {
      const before = await names()
      expect((await request(keyring, token)).status).toBe(503)
      const create = keyring.create({ name: 'k', owner: { type: 'organization', id: 'o' } })
      await expect(create).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringMatching(message),
      })
      expect(await keyring.doctor()).toMatchObject([
        { code: 'schema', severity: 'error', message: expect.stringMatching(message) },
      ])
      // Nothing is made on the way (no lazy DDL).
      expect(await names()).toEqual(before)
    }

    it('that is missing is refused', async () => {
      await expectRefused(await start(), /^The key tables are not there. Run migrateToLatest/)
    })

    it('of an older version, or of an interrupted migration, is refused', async () => {
      const world = await start()
      await migrateToLatest(world.db, { tablePrefix: world.tablePrefix })
      await sql`delete from ${world.migrations}`.execute(world.db)
      await expectRefused(world, /^The key tables lack 0001-\S+, .*\. Run migrateToLatest/)
    })

    it('of a newer version is refused', async () => {
      const world = await start()
      await migrateToLatest(world.db, { tablePrefix: world.tablePrefix })
      await sql`insert into ${world.migrations} (name, timestamp) values ('9999-later', 'now')`.execute(world.db)
      await expectRefused(world, /^The key tables are of a newer version: .* 9999-later/)
    })

    it('that is put right is used without a restart', async () => {
      const world = await start()
      expect((await request(world.keyring, token)).status).toBe(503)
      await migrateToLatest(world.db, { tablePrefix: world.tablePrefix })
      expect((await request(world.keyring, token)).status).toBe(401)
    })
  })

  it('FI-28: an instance without the pepper reports it and answers 503, while the others go on', async () => {
    const world = await makeWorld()
    const { token } = await world.direct.keyring.create(world.input)
    const without = world.behind(
      {},
      { hasher: hmacSha256({ current: 'p9', peppers: { p9: 'another pepper for tests, long enough' } }) },
    )
    const others = [world.behind(), world.behind()]
    expect(await request(without.keyring, token.reveal())).toMatchObject({ status: 503, retryAfter: '5' })
    expect(await without.keyring.doctor()).toContainEqual(
      expect.objectContaining({ code: 'unreadable_hashes', severity: 'error' }),
    )
    for (const { keyring } of others) {
      expect((await request(keyring, token.reveal())).status).toBe(200)
      expect((await keyring.doctor()).filter(({ code }) => code !== 'unreadable_hashes')).toEqual([])
    }
    // What it creates meanwhile, the others cannot read: one key, not all.
    const strange = await without.keyring.create(world.input)
    expect((await request(others[0]?.keyring ?? expect.unreachable(), strange.token.reveal())).status).toBe(503)
  })

  it('FI-30: a callback that hangs, throws or returns garbage holds no connection and no lock, and delays nobody else', async () => {
    const world = await makeWorld()
    let answer: () => unknown = () => new Promise(() => {})
    const { keyring } = world.behind(
      { max: 1 },
      {
        verifyTimeoutMs: 300,
        resolveOwner: (owner) => (owner.id === world.owner.id ? (answer() as null) : { scopes: ['*'] }), // wrong on purpose
        plans: { small: { maxKeys: 5 } },
        resolvePlan: () => answer() as string, // wrong on purpose
        onEvent: () => {
          throw new Error('an observer’s own fault')
        },
      },
    )
    const theirs = { ...world.input, owner: { type: 'organization', id: `${world.owner.id}-2` } } as const
    const [mine, other] = [await world.direct.keyring.create(world.input), await world.direct.keyring.create(theirs)]
    const answers: (() => unknown)[] = [
      () => new Promise(() => {}),
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no')
      },
      () => 'garbage',
    ]
    for (const one of answers) {
      answer = one
      const asked = Array.from({ length: 10 }, () => request(keyring, mine.token.reveal()))
      const creating = keyring.create(world.input)
      const created = Promise.race([creating.then(() => 'created'), wait(200).then(() => 'nothing')]).catch(
        () => 'failed',
      )
      expect((await request(keyring, other.token.reveal())).status).toBe(200)
      expect((await world.direct.keyring.update(mine.key.id, { name: 'free' })).name).toBe('free')
      for (const { status } of await Promise.all(asked)) expect(status).toBe(503)
      expect(await created).not.toBe('created')
    }
    expect((await world.direct.keyring.list({ owner: world.owner })).keys).toHaveLength(1)
  })
})

it('FI-24: a SQLite file on a full disk verifies, refuses changes, and keeps usage until there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  const { db, driver } = openSqlite(join(folder, 'keys.sqlite'))
  onTestFinished(async () => {
    await db.destroy()
    rmSync(folder, { recursive: true })
  })
  await migrateToLatest(db)
  const { keyring, events } = keyringOver(kyselyStore(db), { usageFlushMs: 100 })
  const owner = { type: 'organization', id: 'o' } as const
  const { token } = await keyring.create({ name: 'k', owner, scopes: ['members.read'] })
  // Not a page more than there are.
  driver.exec('pragma max_page_count = 1')
  const fill = async () => {
    for (;;) await keyring.create({ name: 'k', owner, metadata: { filler: 'x'.repeat(1_000) } })
  }
  await expect(fill()).rejects.toMatchObject({ code: 'store_unavailable', cause: { code: 'SQLITE_FULL' } })
  const { totalCreated } = await keyring.stats({ organizationId: owner.id })
  for (let count = 0; count < 5; count += 1) expect((await request(keyring, token.reveal())).status).toBe(200)
  expect(await keyring.audit.verify({ organizationId: owner.id })).toMatchObject({ ok: true })

  driver.exec('pragma max_page_count = 1000000')
  await keyring.create({ name: 'k', owner, metadata: { filler: 'x'.repeat(1_000) } })
  await keyring.close()
  expect(await keyring.stats({ organizationId: owner.id })).toMatchObject({
    totalCreated: totalCreated + 1,
    callsLast24h: 5,
  })
  expect(events.filter(({ type }) => type === 'usage.dropped')).toEqual([])
})

describe('FI-7: a PostgreSQL server in recovery', () => {
  const programs = servers.some(({ name }) => name === 'PostgreSQL') ? findPostgresPrograms() : null
  if (programs === null) console.warn('FI-7 is left out: no initdb and pg_ctl of PostgreSQL on this machine')

  it.skipIf(programs === null)('is not used until it is promoted', { timeout: 120_000 }, async () => {
    const postgres = await ownPostgres(programs ?? '')
    onTestFinished(() => postgres.remove())
    await postgres.start()
    const { db } = openPostgres(postgres.url, { answerTimeoutMs: 2_000 })
    onTestFinished(() => db.destroy())
    await migrateToLatest(db)
    const { keyring } = keyringOver(kyselyStore(db as Kysely<object>))
    const owner = { type: 'organization', id: 'o' } as const
    const { key, token } = await keyring.create({ name: 'k', owner, scopes: ['members.read'] })
    expect((await request(keyring, token.reveal())).status).toBe(200)

    await postgres.stop()
    expect((await request(keyring, token.reveal())).status).toBe(503)
    await postgres.startInRecovery()
    expect((await sql<{ yes: boolean }>`select pg_is_in_recovery() as yes`.execute(db)).rows).toEqual([{ yes: true }])
    expect(await keyring.verify(token.reveal())).toMatchObject({
      refusal: { code: 'auth_unavailable', cause: { message: expect.stringMatching(/in recovery/) } },
    })
    // A key that it does not know yet is no bad key.
    expect((await request(keyring, unknownToken())).status).toBe(503)
    await expect(keyring.revoke(key.id)).rejects.toMatchObject({ code: 'store_unavailable' })
    const refused = { code: 'store_unavailable', message: expect.stringMatching(/in recovery/) }
    await expect(keyring.list({ organizationId: owner.id })).rejects.toMatchObject(refused)
    expect(await keyring.doctor()).toMatchObject([{ code: 'outdated_server', severity: 'error' }])

    await postgres.promote()
    expect(await healed(keyring, token.reveal())).toBe(true)
    expect((await request(keyring, unknownToken())).status).toBe(401)
    await keyring.revoke(key.id)
    expect((await request(keyring, token.reveal())).status).toBe(401)
  })
})

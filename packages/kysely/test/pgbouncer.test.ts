import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { connectThroughPgbouncer } from '../../../examples/databases/src/pgbouncer.js'
import { connectPostgres } from '../../../examples/databases/src/postgres.js'
import { testsEverything } from '../../../test/support/everything.js'
import { kyselyStore, migrateToLatest, postgresPool } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, engines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { findPgbouncer, type OwnPgbouncer, ownPgbouncer } from './own-pgbouncer.js'

const postgres = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()
const server = postgres.url ?? ''
const found = testsEverything ? findPgbouncer() : null
const direct = found === null ? null : await connect(postgres)
afterAll(() => direct?.destroy())

/** The settings of PgBouncer that matter, each with and without statements prepared by the pool. */
const rows: readonly (readonly [setting: string, since: number, prepare: boolean])[] = [
  ['', 0, false],
  ['', 0, true],
  ['max_prepared_statements = 0', 21, false],
  ['max_prepared_statements = 0', 21, true],
  ['max_prepared_statements = 100', 21, false],
  ['max_prepared_statements = 100', 21, true],
  // Fewer than there are: it closes and prepares them again.
  ['max_prepared_statements = 1', 21, true],
]

if (found === null || direct === null) {
  const missing = found === null ? 'pgbouncer is not installed' : `nothing answers at ${server}`
  describe.skipIf(!testsEverything)(testsEverything ? `PgBouncer: ${missing}` : 'PgBouncer', () => {
    it('is there', () => expect.unreachable(missing))
  })
} else {
  describe.each(rows.filter(([, since]) => since <= found.version))(
    'PgBouncer in transaction mode, with "%s" (since 1.%i) and prepare: %j',
    (setting, _, prepare) => {
      const bouncer = started(found.program, [setting])
      /** A pool of one process. */
      const open = async () => {
        const pool = new pg.Pool({ connectionString: bouncer.url, max: 8, connectionTimeoutMillis: 20_000 })
        const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(pool, { prepare }) }) })
        onTestFinished(() => db.destroy())
        return db
      }

      it('answers each of two products about its own keys (B11)', async () => {
        const products = await Promise.all(
          [0, 1].map(async () => {
            const tablePrefix = newPrefix()
            onTestFinished(() => dropTables(direct, tablePrefix))
            const processes = [await open(), await open()] as const
            await migrateToLatest(processes[0], { tablePrefix })
            const keyrings = processes.map((db) => keyringOver(kyselyStore(db, { tablePrefix })).keyring)
            const { token } = await (keyrings[0] ?? expect.unreachable()).create(input)
            return keyrings.map((keyring) => ({ keyring, token: token.reveal() }))
          }),
        )
        const all = products.flat()
        for (let round = 0; round < 25; round += 1) {
          const verdicts = await Promise.all(
            [...all, ...all, ...all].map(async ({ keyring, token }) => {
              // Those of one turn would share a statement.
              await new Promise((resolve) => {
                setImmediate(resolve)
              })
              return keyring.verify(token)
            }),
          )
          expect(verdicts.map(({ ok }) => ok)).toEqual(verdicts.map(() => true))
        }
        const [one, other] = products.map(([first]) => first)
        expect(await one?.keyring.verify(other?.token ?? '')).toMatchObject({ refusal: { code: 'api_key_invalid' } })
      })

      it('refuses a key from its revocation on, and keeps the log whole', async () => {
        const tablePrefix = newPrefix()
        onTestFinished(() => dropTables(direct, tablePrefix))
        const db = await open()
        await migrateToLatest(db, { tablePrefix })
        const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
        const made = await Promise.all(Array.from({ length: 5 }, () => keyring.create(input)))
        for (const { key, token } of made) {
          expect((await keyring.verify(token.reveal())).ok).toBe(true)
          await keyring.revoke(key.id)
          expect((await keyring.verify(token.reveal())).ok).toBe(false)
        }
        expect(await keyring.audit.verify({ organizationId: owner.organizationId })).toMatchObject({ ok: true })
      })

      it('lets one of several processes migrate, and the others wait for it', async () => {
        const tablePrefix = newPrefix()
        onTestFinished(() => dropTables(direct, tablePrefix))
        const ran = await Promise.all(
          Array.from({ length: 4 }, async () => migrateToLatest(await open(), { tablePrefix })),
        )
        expect(ran.flat().sort()).toEqual(stepNames)
      })
    },
  )

  describe('the pool of the manual', () => {
    const bouncer = started(found.program, [])

    it('that sets time limits as it connects is refused by PgBouncer, which says why', async () => {
      const db = connectPostgres(bouncer.url)
      onTestFinished(() => db.destroy())
      await expect(sql`select 1`.execute(db)).rejects.toThrow(/unsupported startup parameter/)
    })

    it('for PgBouncer connects, and has the time limits that its role has', async () => {
      const role = `kw${crypto.randomUUID().slice(0, 8)}`
      const tablePrefix = newPrefix()
      await sql`create role ${sql.id(role)} login superuser`.execute(direct)
      onTestFinished(async () => {
        await dropTables(direct, tablePrefix)
        await sql`drop role ${sql.id(role)}`.execute(direct)
      })
      for (const [name, value] of [
        ['statement_timeout', '5s'],
        ['idle_in_transaction_session_timeout', '10s'],
      ] as const) {
        await sql`alter role ${sql.id(role)} set ${sql.raw(name)} = ${sql.lit(value)}`.execute(direct)
      }
      const address = new URL(server)
      address.username = role
      const own = await ownPgbouncer(found.program, address.href, [])
      const db = connectThroughPgbouncer(own.url)
      onTestFinished(async () => {
        await db.destroy()
        await own.stop()
      })
      const shown = async (name: string) => (await sql`show ${sql.raw(name)}`.execute(db)).rows
      expect(await shown('statement_timeout')).toEqual([{ statement_timeout: '5s' }])
      expect(await shown('idle_in_transaction_session_timeout')).toEqual([
        { idle_in_transaction_session_timeout: '10s' },
      ])
      await migrateToLatest(db, { tablePrefix })
      const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
      const { token } = await keyring.create(input)
      expect((await keyring.verify(token.reveal())).ok).toBe(true)
    })
  })
}

/** Started for a suite, and stopped after it: not where none of its tests runs. */
function started(program: string, settings: readonly string[]): { readonly url: string } {
  let running: OwnPgbouncer | null = null
  beforeAll(async () => {
    running = await ownPgbouncer(program, server, settings)
  })
  afterAll(async () => {
    await running?.stop()
  })
  return {
    get url() {
      return running?.url ?? expect.unreachable('It was not started')
    },
  }
}

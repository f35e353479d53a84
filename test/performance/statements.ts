import { memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, libsqlDatabase, migrateToLatest, postgresPool } from '@keywright/kysely'
import { Kysely, PostgresDialect, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import pg from 'pg'
import { createTokens, keyringOver, verifyGood } from './keyring.js'

/** How many statements a driver was given. Of the memory store, which has none: how often it was called. */
export interface Statements {
  readonly one: number
  readonly together64: number
  /** For the uses of 1 000 keys to be written. */
  readonly flush1000: number
}

/** Where keys are kept, and how often it was asked so far. */
interface Counted {
  readonly store: KeyStore
  count(): number
  close(): Promise<void>
}

/** @throws Error when a server does not answer. */
export const engines: Readonly<Record<'memory' | 'sqlite' | 'postgres', () => Promise<Counted>>> = {
  memory: async () => {
    const store = memoryStore()
    let count = 0
    const counting = new Proxy(store, {
      get: (target, name, receiver) => {
        const method: unknown = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return (...given: unknown[]) => {
          count += 1
          return method.apply(target, given)
        }
      },
    })
    return { store: counting, count: () => count, close: async () => {} }
  },

  sqlite: async () => {
    const database = libsqlDatabase(new Database(':memory:'))
    let count = 0
    const counting: SqliteDatabase = {
      close: () => database.close(),
      prepare: (text) => {
        const statement = database.prepare(text)
        return {
          reader: statement.reader,
          all: (parameters) => {
            count += 1
            return statement.all(parameters)
          },
          run: (parameters) => {
            count += 1
            return statement.run(parameters)
          },
          iterate: (parameters) => statement.iterate(parameters),
        }
      },
    }
    const db = new Kysely<object>({ dialect: new SqliteDialect({ database: counting }) })
    await migrateToLatest(db)
    return { store: kyselyStore(db), count: () => count, close: () => db.destroy() }
  },

  postgres: async () => {
    const connectionString = process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test'
    const schema = `keywright_performance_${process.pid}`
    const pool = new pg.Pool({ connectionString, max: 10, options: `-c search_path=${schema}` })
    let count = 0
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...given: unknown[]) => unknown // of many overloads
      Object.assign(client, {
        query: (...given: unknown[]) => {
          count += 1
          return query(...given)
        },
      })
    })
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(pool, { prepare: true }) }) })
    try {
      await sql`create schema ${sql.id(schema)}`.execute(db)
      await migrateToLatest(db)
    } catch (error) {
      await db.destroy()
      throw error
    }
    const close = async (): Promise<void> => {
      await sql`drop schema ${sql.id(schema)} cascade`.execute(db)
      await db.destroy()
    }
    return { store: kyselyStore(db), count: () => count, close }
  },
}

/** Counts what a keyring asks of its store; again, if the hour ends meanwhile: uses are kept by key and hour. */
export async function countStatements(opened: Counted, open: () => Promise<Counted>): Promise<Statements> {
  const hour = (): number => Math.floor(Date.now() / 3_600_000)
  const startedIn = hour()
  const counted = await countOnce(opened)
  return hour() === startedIn ? counted : countOnce(await open())
}

async function countOnce({ store, count, close }: Counted): Promise<Statements> {
  try {
    // Long, so that no uses are written before they are counted, and no answer comes too late.
    const keyring = keyringOver(store, { usageFlushMs: 60_000, verifyTimeoutMs: 30_000 })
    const tokens = await createTokens(keyring, 1_000)
    const during = async (work: () => Promise<unknown>): Promise<number> => {
      const before = count()
      await work()
      return count() - before
    }
    const verifyAll = (some: readonly string[]) => Promise.all(some.map((token) => verifyGood(keyring, token)))
    // The first verification of a process compares its pepper with what the store has of it. All keys are used by this, too.
    // Few at a time: a busy server would be too late for a thousand at once.
    for (let at = 0; at < tokens.length; at += 50) await verifyAll(tokens.slice(at, at + 50))
    return {
      one: await during(() => verifyAll(tokens.slice(0, 1))),
      together64: await during(() => verifyAll(tokens.slice(0, 64))),
      flush1000: await during(() => keyring.close()),
    }
  } finally {
    await close()
  }
}

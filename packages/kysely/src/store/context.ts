import { InvalidOptions } from '@keywright/core'
import type { Kysely, Transaction } from 'kysely'
import { type KeyDatabase, keyDatabase } from '../dialect/key-database.js'
import { askingFirst, isOfAnotherServer, type ServerGuard } from '../dialect/server-guard.js'
import { schemaCheck } from '../migrations/schema-version.js'
import { type CommitWatch, commitWatch, waitingForStandbys } from '../replicas/commit-watch.js'
import { checkReadFrom } from '../replicas/read-from.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import { type TableNames, type TableOptions, tableNames } from '../tables/table-names.js'
import { retryWhenBusy } from '../transactions/retry-when-busy.js'
import { runTransaction } from '../transactions/run-transaction.js'

/** What every part of the store works with. */
export interface StoreContext extends KeyDatabase {
  readonly tables: TableNames
  /** Whether `db` is a transaction of the host's: its isolation level is not known, and it outlives each call. */
  readonly isHostsTransaction: boolean
  /** The replicas that verifications may read from. */
  readonly readFrom: readonly Kysely<KeyTables>[]
  /** Knows when a change may be answered; `null` where each replica finds out by itself what was committed, or there is none. */
  readonly commits: CommitWatch | null
  /**
   * Rejects unless the connection fits and the schema is that of this version. It costs statements until it has found them right.
   * Each method calls it before it sends a value: there are connections on which a value can be read as SQL.
   *
   * @param within - A transaction of the host's to look in. What is found there may be rolled back, so it is not remembered.
   * @returns what to ask the servers with each read.
   */
  requireSchema(within?: Kysely<KeyTables>): Promise<ServerGuard | null>
  /** Passes on a failure. If it is due to a server of another kind than was found, the next call finds out which. */
  failed(error: unknown): never
  /** Runs `work` with what to ask the servers. */
  guarded<T>(work: (guard: ServerGuard | null) => Promise<T>): Promise<T>
  /**
   * Requires the schema, and runs reads on one connection whose server is asked first whether it may be outdated. Verifications ask in
   * the statement that reads the key, and so need one less.
   *
   * @param work - Reads with the context that it gets: with another, it could wait for a second connection, and get one to a replica.
   */
  reading<T>(work: (on: StoreContext) => Promise<T>): Promise<T>
  /**
   * Requires the schema, and runs a statement that changes something, or finds what to change: again if another writer was in the way.
   * Where servers do not refuse changes that they should not make, it asks as {@link StoreContext.reading} does.
   *
   * @param work - Runs on what it is given.
   */
  changing<T>(work: (on: Kysely<KeyTables>) => Promise<T>): Promise<T>
  /** Runs one statement, again if another writer was in the way. */
  retrying<T>(work: () => Promise<T>): Promise<T>
  /**
   * Runs `work` in one short transaction. Its first statement must take the write lock that the rest needs: a read before it
   * could see what another transaction is about to change.
   */
  transaction<T>(work: (trx: Transaction<KeyTables>) => Promise<T>): Promise<T>
  /** The same, for a change of what a verification reads: it resolves once all replicas know of it that may be read from. */
  keyTransaction<T>(work: (trx: Transaction<KeyTables>) => Promise<T>): Promise<T>
}

/**
 * @param given - Replicas of the host's, not yet checked.
 * @throws {@link InvalidOptions} when an option is wrong, `db` is a transaction or no Kysely instance, or its dialect cannot be told.
 */
export function storeContext(kysely: KyselyLike, options: TableOptions, given?: unknown): StoreContext {
  if (kysely?.isTransaction === true) {
    const hint = 'To make keys within a transaction of yours, use keyring.inTransaction(trx).'
    throw new InvalidOptions('db', 'no transaction', `db must be an instance of Kysely, not a transaction. ${hint}`)
  }
  const { db, dialect } = keyDatabase(kysely, options)
  const readFrom = checkReadFrom(given, { db, dialect, given: kysely }, options)
  const tables = tableNames(options)
  const commits = readFrom.length > 0 && dialect.name === 'postgres' ? commitWatch(db, tables.api_keys) : null
  const schema = schemaCheck(db, dialect, tables)
  const retrying: StoreContext['retrying'] = (work) => retryWhenBusy(dialect, work)
  const context: StoreContext = {
    db,
    tables,
    dialect,
    isHostsTransaction: false,
    readFrom,
    commits,
    requireSchema: schema.require,
    failed(error) {
      if (isOfAnotherServer(error)) schema.forget()
      throw error
    },
    guarded: async (work) => work(await schema.require()).catch(context.failed),
    retrying,
    reading: (work) =>
      context.guarded((guard) => askingFirst(db, guard, (on) => work(on === db ? context : { ...context, db: on }))),
    changing: (work) =>
      context.guarded((guard) => retrying(() => askingFirst(db, guard?.ofChanges === true ? guard : null, work))),
    transaction: (work) => context.changing((on) => runTransaction(on, dialect, work)),
    async keyTransaction(work) {
      if (commits === null) return context.transaction(work)
      const result = await context.transaction((trx) => waitingForStandbys(trx, work))
      await commits.settled()
      return result
    },
  }
  return context
}

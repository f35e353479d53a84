import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { KeyStore } from '@keywright/core/store'
import { loadServerProblem } from '../dialect/server-guard.js'
import { hasUnlisted } from '../migrations/fill-lists.js'
import { loadSchemaProblem } from '../migrations/schema-version.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import { type TableOptions, tableOptionNames } from '../tables/table-names.js'
import { auditMethods } from './audit.js'
import { budgetMethods } from './budgets.js'
import { changeMethods } from './changes.js'
import { checkValueMethods } from './check-values.js'
import { storeContext } from './context.js'
import { loadExposure } from './exposure.js'
import { describeMissing, loadMissingRights } from './grants.js'
import { storeInTransaction } from './in-transaction.js'
import { countUnreadable, isUntriggered } from './inspect.js'
import { listMethods } from './list.js'
import { noticeMethods } from './notices.js'
import { openReplicas } from './open-replicas.js'
import { usageReads } from './read-usage.js'
import { readMethods } from './reads.js'
import { retentionMethods } from './retention.js'
import { rotationMethods } from './rotations.js'
import { loadStats } from './stats.js'
import { usageMethods } from './usage.js'

/** Options of {@link kyselyStore}. */
export interface KyselyStoreOptions extends TableOptions {
  /**
   * Replicas that verifications read keys from, each an instance of Kysely over a pool of its own that connects to that one server:
   * standbys of PostgreSQL that each commit waits for (`synchronous_commit = remote_apply`), or nodes of the Galera cluster that `db`
   * is a node of. All other reads, and all changes, go to `db`. Every process that changes keys needs the option as well.
   *
   * A replica is read from as long as it is proven to know each change that was answered. Otherwise the read goes to `db`, `onEvent`
   * hears `store.replica_left` with the reason, and `keyring.doctor()` says it.
   * @defaultValue none: every read goes to `db`
   */
  readonly readFrom?: readonly KyselyLike[] | undefined
}

const optionNames: NamesOf<KyselyStoreOptions> = { ...tableOptionNames, readFrom: true }

/**
 * Keeps keys, their audit log and their usage in the SQL database behind `db`: SQLite, PostgreSQL, MySQL or MariaDB.
 *
 * The client stays yours: the store does not connect it, migrate it (see {@link migrateToLatest}) or close it. It ignores
 * the plugins of `db`. Until the tables have the schema of this version, every call rejects with a message that says what
 * to run.
 *
 * A change that waited in vain for another writer is tried again three times, and one that lost to another writer nine times. If it
 * still fails, it has changed nothing. To make keys within a
 * transaction of yours, see `Keyring.inTransaction`: `db` itself must not be one.
 *
 * If several processes share one SQLite file, put it in WAL mode, give the driver a busy timeout of some seconds, open it
 * once in each process, and wrap libsql's database in {@link libsqlDatabase}.
 *
 * @example
 * ```ts
 * const database = libsqlDatabase(new Database('keys.db'))
 * const db = new Kysely<object>({ dialect: new SqliteDialect({ database }) })
 * await migrateToLatest(db) // once at each deployment
 *
 * const keyring = createKeyring({ prefix: 'tk', access, store: kyselyStore(db), hasher, resolveOwner })
 * ```
 *
 * @example Verifications read from two standbys that each commit waits for:
 * ```ts
 * const store = kyselyStore(primary, { readFrom: [standby1, standby2] })
 * ```
 *
 * @throws {@link InvalidOptions} when an option is wrong, when `db` is a transaction or no Kysely instance, or when the dialect of `db` cannot be
 * told.
 */
export function kyselyStore(db: KyselyLike, options: KyselyStoreOptions = {}): KeyStore {
  checkNames(options, optionNames)
  const { readFrom, ...tableOptions } = options
  const context = storeContext(db, tableOptions, readFrom)
  const replicas = openReplicas(context)
  const reads = readMethods(context, replicas)
  return {
    ...reads,
    ...listMethods(context),
    ...changeMethods(context),
    ...auditMethods(context),
    ...usageMethods(context),
    ...usageReads(context),
    ...checkValueMethods(context),
    stats: (request) => loadStats(context, request),
    transfers: true,
    bindings: true,
    retention: retentionMethods(context),
    notices: noticeMethods(context),
    budgets: budgetMethods(context),
    rotations: rotationMethods(context),
    inTransaction: (transaction) => storeInTransaction(context, tableOptions, transaction),
    ...(replicas === null ? {} : { watch: replicas.watch }),

    async inspect(known) {
      const guard = await context.dialect.loadGuard(context.db)
      const serverProblem = guard === null ? null : await loadServerProblem(context.db, guard)
      const missing = await loadMissingRights(context)
      const isReadable = (table: keyof KeyTables) => missing[table]?.includes('select') !== true
      const schemaProblem = isReadable('api_key_migrations')
        ? await loadSchemaProblem(context.db, context.dialect, context.tables)
        : null
      const isKnown = schemaProblem === null && isReadable('api_keys')
      const unreadable = isKnown ? await countUnreadable(context, known) : { unreadableHashes: 0, unreadableSeals: 0 }
      const isUnlisted = isKnown && (await hasUnlisted(context.db, context.tables))
      const grantProblem = describeMissing(context, missing)
      return {
        now: await reads.now(),
        serverProblem,
        replicaProblem: (await replicas?.findProblem()) ?? null,
        schemaProblem,
        grantProblem,
        exposure: await loadExposure(context),
        unlistedKeys: isUnlisted ? unlistedMessage : null,
        auditExposure:
          isKnown && isReadable('api_key_migrations') && (await isUntriggered(context)) ? untriggeredMessage : null,
        ...unreadable,
      }
    },
  }
}

const unlistedMessage =
  'Lists by name, by last use, by tag and by search do not find all keys: run migrateToLatest(db) when no process of the version before runs.'

const untriggeredMessage =
  'The audit table was made without triggers, so it refuses neither updates nor deletions. Grant the user that runs select and insert on it alone, and keep checkpoints elsewhere.'

import { StoreUnavailable } from '@keywright/core'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { isUnknownVariable } from './driver-errors.js'

/** What to ask a server with each read: it may be one whose answers are older than what the primary has committed. */
export interface ServerGuard {
  /** Put before a read, so that the server first catches up with the others, where it can. */
  readonly before: RawBuilder<unknown>
  /** Why the server's answers may be outdated, as a {@link Reason}; `null` if they are not. */
  readonly reason: RawBuilder<string | null>
  /** Whether changes ask as well. On other engines, a server that may not be read refuses writes by itself. */
  readonly ofChanges: boolean
}

type Reason = 'recovery' | 'read_only' | 'followers' | 'galera'

const messages: Readonly<Record<Reason, string>> = {
  recovery: 'The database server is in recovery: it may not yet know which keys were revoked. Connect to the primary.',
  read_only:
    'The database server is read-only, as replicas are: it may not yet know which keys were revoked. Connect to the primary.',
  followers:
    'The session reads from followers, which may not yet know which keys were revoked. Turn off yb_read_from_followers or default_transaction_use_follower_reads.',
  galera:
    'This node of a Galera cluster does not wait for what others have committed: it may not yet know which keys were revoked. Set wsrep_sync_wait = 1, wsrep_on = 1 and wsrep_dirty_reads = 0 for its sessions.',
}

const word = (reason: Reason) => sql.lit(reason)

/** With `true`, a setting that this server does not have is null. CockroachDB has the first of them, YugabyteDB the second. */
const postgresGuard: ServerGuard = {
  before: sql``,
  reason: sql`case
    when pg_is_in_recovery() then ${word('recovery')}
    when current_setting('default_transaction_use_follower_reads', true) = 'on'
      or (current_setting('yb_read_from_followers', true) = 'on' and current_setting('transaction_read_only') = 'on')
      then ${word('followers')} end`,
  ofChanges: false,
}

/** As text, since newer versions of MariaDB have more than on and off. A reader of Aurora shows itself by InnoDB's alone. */
const isReadOnly = sql`concat(@@global.read_only) not in ('0', 'OFF') or concat(@@global.innodb_read_only) not in ('0', 'OFF')`

/** Who may write on a read-only server does so there: what was decided by an old row would then be written. */
const mysqlGuard: ServerGuard = {
  before: sql``,
  reason: sql`case when ${isReadOnly} then ${word('read_only')} end`,
  ofChanges: true,
}

/** For a MariaDB that could be a node of a Galera cluster, and is none: a wait would cost each read, for nothing. */
const mariadbGuard: ServerGuard = {
  ...mysqlGuard,
  reason: sql`case
    when ${isReadOnly} then ${word('read_only')}
    when @@global.wsrep_provider <> 'none' then ${word('galera')} end`,
}

/**
 * For a node of a Galera cluster. MariaDB reads the comment, and waits until it has applied
 * what was committed on any node before. Others do not, and are refused unless their sessions wait anyway. A comment, since ProxySQL
 * ties a session to one server at a statement that begins with SET and that it cannot read.
 */
const galeraGuard: ServerGuard = {
  before: sql`/*M!100104 set statement wsrep_sync_wait = 1, wsrep_dirty_reads = 0 for */ `,
  reason: sql`case
    when ${isReadOnly} then ${word('read_only')}
    when @@global.wsrep_provider <> 'none'
      and (@@session.wsrep_on = 0 or @@session.wsrep_dirty_reads = 1 or @@session.wsrep_sync_wait & 1 = 0)
      then ${word('galera')} end`,
  ofChanges: true,
}

/** Finds the guard for the servers behind `db`; `null` where there is no server. */
export type LoadGuard = (db: Kysely<KeyTables>) => Promise<ServerGuard | null>

export const noGuard: LoadGuard = async () => null
export const loadPostgresGuard: LoadGuard = async () => postgresGuard

/** Asks in a way that fails nowhere: to name a variable that a server does not have is an error. */
export const loadMysqlGuard: LoadGuard = async (db) => {
  const { rows } = await sql<{ readonly Value: unknown }>`show global variables like 'wsrep_provider'`.execute(db)
  const [provider] = rows
  if (provider === undefined) return mysqlGuard
  return String(provider.Value) === 'none' ? mariadbGuard : galeraGuard
}

/** Whether a failure may be due to a server of another kind than the one that was found, as after a move to another one. */
export function isOfAnotherServer(error: unknown): boolean {
  return (error instanceof StoreUnavailable && refusals.has(error)) || isUnknownVariable(error)
}

/**
 * Why the answers of the server behind `db` may be outdated; `null` if they are not. A node of Galera has caught up then, so that what
 * follows on the same connection is not older than this call.
 */
export async function loadServerProblem(
  db: Kysely<KeyTables>,
  { before, reason }: ServerGuard,
): Promise<string | null> {
  const { rows } = await sql<{ reason: string | null }>`${before}select ${reason} as reason`.execute(db)
  return describeReason(rows)
}

/**
 * Runs `work` on one connection, whose server has said first that it is not outdated: `work` sees all that was committed before that.
 * Without a guard, it runs on `db`.
 *
 * @throws {@link StoreUnavailable} when the server may be outdated.
 */
export async function askingFirst<T>(
  db: Kysely<KeyTables>,
  guard: ServerGuard | null,
  work: (on: Kysely<KeyTables>) => Promise<T>,
): Promise<T> {
  if (guard === null) return work(db)
  const ask = async (on: Kysely<KeyTables>): Promise<T> => {
    await requireServer(on, guard)
    return work(on)
  }
  // A transaction of the host's has its connection already.
  return db.isTransaction ? ask(db) : db.connection().execute(ask)
}

/** Whether the server is one of several that all take changes of the schema, so that no lock keeps two of these apart. */
export async function isInCluster(db: Kysely<KeyTables>, guard: ServerGuard | null): Promise<boolean> {
  if (guard !== galeraGuard) return false
  const { rows } = await sql<{ is_in: unknown }>`select @@global.wsrep_provider <> 'none' as is_in`.execute(db)
  return Number(rows[0]?.is_in) === 1
}

/** @throws {@link StoreUnavailable} when the answers of the server behind `db` may be outdated. */
export async function requireServer(db: Kysely<KeyTables>, guard: ServerGuard): Promise<void> {
  const problem = await loadServerProblem(db, guard)
  if (problem !== null) throw refusal(problem)
}

/** @throws {@link StoreUnavailable} when a server gave a reason, or no row, which each answer has. */
export function refuseOutdated(rows: Answer): void {
  const problem = describeReason(rows)
  if (problem !== null) throw refusal(problem)
}

const refusals = new WeakSet<StoreUnavailable>()

function refusal(message: string): StoreUnavailable {
  const error = new StoreUnavailable({ message })
  refusals.add(error)
  return error
}

type Answer = readonly { readonly reason?: string | null }[]

function describeReason([row]: Answer): string | null {
  if (row === undefined)
    return 'The database server gave no answer where it always gives one: something between changes answers.'
  const { reason } = row
  if (reason === null) return null
  // Some options of drivers turn text into bytes. What is no word of ours is not passed.
  return messages[String(reason) as Reason] ?? messages.read_only
}

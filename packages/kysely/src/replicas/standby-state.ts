import { type Kysely, sql } from 'kysely'
import type { ServerGuard } from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'
import { tableIdentity } from './table-identity.js'

/** What a standby says of itself, at one moment. */
export interface StandbyState {
  readonly isInRecovery: boolean
  readonly systemId: string
  /** Which table it reads keys from, as {@link tableIdentity} tells. */
  readonly table: string
  /** This life of the server and of its connection to the primary: after a crash, it may know less than before. `null`: it has none. */
  readonly session: string | null
  /** Under which it connected, in small letters. `null`: that cannot be told, or the user may not see it. */
  readonly name: string | null
  readonly mayBeSeen: boolean
  readonly timeline: string
  /** How long ago it connected, in milliseconds. */
  readonly connectedMs: number
  /** Whether it has applied all up to the place that was asked for. */
  readonly isCaughtUp: boolean
  /** Its clock, in milliseconds. */
  readonly now: number
}

interface Row {
  readonly in_recovery: boolean
  readonly system_id: string
  readonly table_id: string
  readonly session: string | null
  readonly status: string | null
  readonly conninfo: string | null
  readonly timeline: number | null
  readonly connected: number | null
  readonly caught_up: boolean | null
  readonly now: number
}

/** A new one for each start of the server, and for each connection to the primary: after a crash it begins anew, before it is read. */
const session = sql<
  string | null
>`(select concat(extract(epoch from pg_postmaster_start_time()), '/', pid) from pg_stat_wal_receiver)`

/** Has each read say in which session it was answered, in place of a reason to refuse it. */
export const sessionGuard: ServerGuard = { before: sql``, reason: session, ofChanges: false }

/**
 * Asks a standby, in one statement.
 *
 * @param flushed - The place in the log to compare with.
 * @param table - The table of keys.
 * @throws The driver's error, also where the server is no PostgreSQL.
 */
export async function loadStandbyState(db: Kysely<KeyTables>, flushed: string, table: string): Promise<StandbyState> {
  // One row without a receiver as well: then it has no session.
  const { rows } = await sql<Row>`
    select pg_is_in_recovery() as in_recovery,
      (select cast(system_identifier as text) from pg_control_system()) as system_id,
      ${tableIdentity(table)} as table_id, ${session} as session, r.status, r.conninfo, r.received_tli as timeline,
      cast(extract(epoch from clock_timestamp() - a.backend_start) * 1000 as double precision) as connected,
      pg_last_wal_replay_lsn() >= cast(${flushed} as pg_lsn) as caught_up,
      cast(floor(extract(epoch from clock_timestamp()) * 1000) as double precision) as now
    from (select 1) as one left join pg_stat_wal_receiver as r on true left join pg_stat_activity as a on a.pid = r.pid`.execute(
    db,
  )
  const [row] = rows
  if (row === undefined) throw new Error('The standby gave no answer')
  return {
    isInRecovery: row.in_recovery,
    systemId: row.system_id,
    table: row.table_id,
    session: row.session,
    name: nameIn(row.conninfo),
    mayBeSeen: row.session === null || row.status !== null,
    timeline: Number(row.timeline).toString(16).toUpperCase().padStart(8, '0'),
    connectedMs: row.connected === null ? Number.NaN : Number(row.connected),
    isCaughtUp: row.caught_up === true,
    now: Number(row.now),
  }
}

/**
 * The name in what a receiver connected with, `application_name` before the one to fall back to. Values stand there without quotes, so
 * a name is only told where no other value can be taken for one.
 */
function nameIn(conninfo: string | null): string | null {
  const given = [...(conninfo ?? '').matchAll(/(?:^|\s)(fallback_)?application_name=(\S*)/g)]
  const own = given.filter(([, fallback]) => fallback === undefined)
  const chosen = own.length > 0 ? own : given
  return chosen.length === 1 ? (chosen[0]?.[2]?.toLowerCase() ?? null) : null
}

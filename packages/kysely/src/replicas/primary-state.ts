import { type Moment, momentNow } from '@keywright/core/adapter'
import { type Kysely, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { readStandbyNames, type StandbyNames } from './standby-names.js'
import { tableIdentity } from './table-identity.js'

/** A standby that is connected to the primary, as the primary sees it. */
export interface Sender {
  /** Under which the standby connected, in small letters. */
  readonly name: string
  readonly pid: number
  /** When it connected, in milliseconds. */
  readonly beganAt: number
  /** `null`, as the rest: the user may not see it. */
  readonly state: string | null
  readonly syncState: string | null
  readonly replayed: bigint | null
}

/** What the primary says of itself and of its standbys, at one moment. */
export interface PrimaryState {
  readonly isInRecovery: boolean
  readonly systemId: string
  readonly timeline: string
  /** Its clock, in milliseconds, and when this process had the answer. */
  readonly now: number
  readonly answered: Moment
  /** How far its log is on disk: the commits that were answered are before this. `null` in recovery. */
  readonly flushed: string | null
  /** How long ago the configuration was read, in milliseconds. */
  readonly configAgeMs: number
  readonly standbys: StandbyNames
  /** Which table it reads keys from, as {@link tableIdentity} tells. */
  readonly table: string
  /** How this session commits. */
  readonly synchronousCommit: string
  /** The connected ones whose names are in the list. */
  readonly senders: readonly Sender[]
  /** What may not have changed if what was found before still holds: the server, its life, its list, and who is connected. */
  readonly fingerprint: string
}

interface Row {
  readonly in_recovery: boolean
  readonly system_id: string
  readonly started: string
  readonly timeline: string | null
  readonly now: number
  readonly flushed: string | null
  readonly config_age: number
  readonly names: string
  readonly table_id: string
  readonly commits: string
  readonly senders: string | null
}

/** As it is in the JSON of {@link statement}. */
type SenderRow = readonly [
  name: string,
  pid: number,
  beganAt: number,
  state: string | null,
  syncState: string | null,
  replayed: string | null,
]

const ms = (instant: string) => sql.raw(`cast(floor(extract(epoch from ${instant}) * 1000) as double precision)`)

const statement = (table: string) => sql<Row>`
  select pg_is_in_recovery() as in_recovery,
    (select cast(system_identifier as text) from pg_control_system()) as system_id,
    cast(extract(epoch from pg_postmaster_start_time()) as text) as started,
    case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_flush_lsn()), 8) end as timeline,
    ${ms('clock_timestamp()')} as now,
    case when not pg_is_in_recovery() then cast(pg_current_wal_flush_lsn() as text) end as flushed,
    ${ms('(clock_timestamp() - pg_conf_load_time())')} as config_age,
    current_setting('synchronous_standby_names') as names,
    ${tableIdentity(table)} as table_id,
    current_setting('synchronous_commit') as commits,
    (select cast(json_agg(json_build_array(application_name, pid, ${ms('backend_start')}, state, sync_state,
      cast(replay_lsn as text)) order by pid) as text) from pg_stat_replication) as senders`

/**
 * Asks the primary, in one statement.
 *
 * @throws The driver's error, also where the server is no PostgreSQL.
 */
export async function loadPrimaryState(db: Kysely<KeyTables>, table: string): Promise<PrimaryState> {
  const { rows } = await statement(table).execute(db)
  const answered = momentNow()
  const [row] = rows
  if (row === undefined) throw new Error('The primary gave no answer')
  const standbys = readStandbyNames(row.names)
  const all = JSON.parse(row.senders ?? '[]') as readonly SenderRow[] // as the statement builds it
  const senders = all
    .map(([name, pid, beganAt, state, syncState, replayed]) => {
      return { name: name.toLowerCase(), pid, beganAt, state, syncState, replayed: placeOf(replayed) }
    })
    .filter(({ name }) => standbys.names.includes(name))
  const timeline = row.timeline ?? ''
  const connected = senders.map(({ name, pid, beganAt }) => [name, pid, beganAt])
  return {
    isInRecovery: row.in_recovery,
    systemId: row.system_id,
    timeline,
    now: Number(row.now),
    answered,
    flushed: row.flushed,
    configAgeMs: Number(row.config_age),
    standbys,
    table: row.table_id,
    synchronousCommit: row.commits,
    senders,
    fingerprint: JSON.stringify([row.system_id, row.started, timeline, row.names, connected]),
  }
}

/** A place in the log, which PostgreSQL writes as two halves: `16/B374D848`. */
export function placeOf(text: string | null): bigint | null {
  const [, high, low] = /^([0-9A-F]+)\/([0-9A-F]+)$/i.exec(text ?? '') ?? []
  return high === undefined || low === undefined ? null : (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

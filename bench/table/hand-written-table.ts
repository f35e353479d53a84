import { createHash, timingSafeEqual } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

/** A row of the table that somebody who writes the check by hand has. */
export interface HandWrittenKey {
  readonly hash: string
  readonly scopes: string
  readonly status: string
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** The table beside the one of Keywright, with the same tokens. */
export async function makeHandWrittenTable(
  db: Kysely<object>,
  keys: readonly { readonly id: string; readonly token: string }[],
): Promise<void> {
  await sql`
    create table hand_written_keys (
      id varchar(64) primary key, hash varchar(64) not null, owner_id varchar(64) not null, scopes text not null,
      status varchar(16) not null, created_at bigint not null, expires_at bigint
    )`.execute(db)
  const rows = keys.map(
    ({ id, token }, n) =>
      sql`(${sql.join([id, hashOf(token).toString('hex'), `u${n}`, '["tasks.read"]', 'active', Date.now(), null])})`,
  )
  await sql`insert into hand_written_keys values ${sql.join(rows)}`.execute(db)
}

/** What that check does with the row that it has read. */
export function checkHandWritten(row: HandWrittenKey | undefined, token: string): void {
  const isGood =
    row !== undefined &&
    timingSafeEqual(Buffer.from(row.hash, 'hex'), hashOf(token)) &&
    row.status === 'active' &&
    JSON.parse(row.scopes).includes('tasks.read')
  if (!isGood) throw new Error('This key is good')
}

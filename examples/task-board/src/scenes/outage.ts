import { sql } from 'kysely'
import { mia } from '../people.js'
import type { Stage } from '../stage.js'
import { mistype } from './one-key.js'

/** An outage gets a different answer than a bad key. */
export async function outage({ keyring, db, visit }: Stage): Promise<void> {
  const { token } = await keyring.create({ name: 'monitor', owner: mia, preset: 'read-only' })
  await sql`alter table api_keys rename to api_keys_lost`.execute(db)
  await visit('the keys cannot be read', 'GET /boards', '503 auth_unavailable, Retry-After: 5', { token })
  // Its checksum is wrong, so no lookup is needed.
  await visit('mistyped, meanwhile', 'GET /boards', '401 api_key_invalid', { token: mistype(token.reveal()) })
  await sql`alter table api_keys_lost rename to api_keys`.execute(db)
  await visit('the outage is over', 'GET /boards', '200', { token })
}

import type { Database } from '../driver/database.js'
import { sql } from '../sql/sql.js'
import steps from './steps.json' with { type: 'json' }

/** The steps of this version, in order. */
const names = steps.map(({ name }) => name)

/** The names of the steps that ran; `null`: there are no tables of ours. */
export async function loadAppliedSteps(db: Database): Promise<readonly string[] | null> {
  const [tables] = await db.read([sql`select 1 from sqlite_master where name = 'api_key_migrations'`])
  if (tables?.length !== 1) return null
  const [steps = []] = await db.read([sql`select name from api_key_migrations order by name`])
  return steps.map(({ name }) => String(name))
}

/** Says what is wrong with the schema, and what to do; `null` if nothing is. */
export async function loadSchemaProblem(db: Database): Promise<string | null> {
  const applied = await loadAppliedSteps(db)
  if (applied === null) return 'The key tables are not there. Run the migrations before this version starts.'
  const missing = names.filter((name) => !applied.includes(name))
  return missing.length === 0
    ? newerSchema(applied)
    : `The key tables lack ${missing.join(', ')}. Run the migrations before this version starts.`
}

/** Says that the tables are of a newer version; `null` if they are not. */
export function newerSchema(applied: readonly string[]): string | null {
  const newer = applied.filter((name) => !names.includes(name))
  return newer.length === 0
    ? null
    : `The key tables are of a newer version: this version does not know ${newer.join(', ')}. Update it.`
}

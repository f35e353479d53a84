import type { Database } from '../driver/database.js'
import { sql } from '../sql/sql.js'

/** The last step of this version. */
export const latestStep = '0023-count-webhooks'

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
  if (!applied.includes(latestStep))
    return `The key tables lack ${latestStep}. Run the migrations before this version starts.`
  return newerSchema(applied)
}

/** Says that the tables are of a newer version; `null` if they are not. */
export function newerSchema(applied: readonly string[]): string | null {
  const newer = applied.filter((name) => name > latestStep)
  return newer.length === 0
    ? null
    : `The key tables are of a newer version: this version does not know ${newer.join(', ')}. Update it.`
}

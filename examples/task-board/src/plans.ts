import type { ResolvePlan } from '@keywright/core'
import type { Kysely } from 'kysely'
import type { Tables } from './database.js'

/** The plans that the task board sells. */
export const plans = { free: { maxKeys: 2 }, team: { maxKeys: 'unlimited' } } as const

/** Tells the keyring, at each creation, which plan an organisation has. */
export function plansIn(db: Kysely<Tables>): ResolvePlan {
  return async (organizationId) => {
    const query = db.selectFrom('organizations').select('plan').where('id', '=', organizationId)
    return (await query.executeTakeFirstOrThrow()).plan
  }
}

import { defineAccess, type Keyring } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { kyselyStore } from '@keywright/kysely'
import type { Kysely } from 'kysely'
import { openPostgres, openSqlite } from '../../packages/kysely/test/open-database.js'
// Not through the index, which loads Vitest: the processes of a run have none.
import { testKeyring } from '../../packages/testkit/src/test-keyring.js'

/** Where all processes of a run meet. */
export interface Place {
  readonly engine: 'postgres' | 'sqlite'
  /** A URL, or the path of a file. */
  readonly at: string
  readonly tablePrefix: string
}

export const access = defineAccess({ scopes: { 'items.read': 'See items', 'items.write': 'Change items' } })
export const owner = { type: 'organization', id: 'org1' } as const
/** Fewer than the controller would like to have, so that it often meets the limit. */
export const maxKeys = 10

/** Opens the place, as each process does for itself. */
export function openPlace({ engine, at, tablePrefix }: Place): { db: Kysely<object>; store: KeyStore } {
  const application_name = `${tablePrefix}${process.pid}`
  const { db } = engine === 'postgres' ? openPostgres(at, { max: 4, application_name }) : openSqlite(at)
  return { db, store: kyselyStore(db, { tablePrefix }) }
}

/** The product's keyring, the same in each process. */
export function keyringOver(store: KeyStore): Keyring<typeof access> {
  return testKeyring({
    access,
    store,
    plans: { small: { maxKeys } },
    resolvePlan: () => 'small',
    usageFlushMs: 1_000,
    onEvent: () => {},
  }).keyring
}

/** Microseconds since the machine started: one clock for all its processes, which nobody sets. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

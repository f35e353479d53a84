import type { D1Database, D1DatabaseSession, DurableObjectStorage } from '@cloudflare/workers-types'
import { InvalidOptions } from '@keywright/core'
import { expect, it } from 'vitest'
import { d1Store, durableObjectStore, migrateD1, migrateDurableObject } from '../src/index.js'

/** What a Worker has. */
interface Env {
  readonly DB: D1Database
  readonly session: D1DatabaseSession
  readonly storage: DurableObjectStorage
}

const stores = {
  'a database': ({ DB }: Env) => [d1Store(DB), migrateD1(DB)],
  'the storage of an object': ({ storage }: Env) => [durableObjectStore(storage), migrateDurableObject(storage)],
  // @ts-expect-error a session may read from a replica
  'a session': ({ session }: Env) => d1Store(session),
  // @ts-expect-error each has a store of its own
  'the other one': ({ DB }: Env) => durableObjectStore(DB),
}

it.each(Object.keys(stores) as (keyof typeof stores)[])('refuses what is not there in place of %s', (which) => {
  const nothing = { DB: undefined, session: { prepare: () => {} }, storage: { sql: {} } }
  expect(() => stores[which](nothing as unknown as Env)).toThrow(InvalidOptions) // JavaScript is a caller, too
})

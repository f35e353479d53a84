import { setImmediate as turn } from 'node:timers/promises'
import type { Found } from '@keywright/core/store'
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { describe, expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { newRow, parseRow } from '../src/tables/columns.js'
import { testedEngines } from './engines.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'
import { watchedDatabase } from './watched-database.js'

/** Waits until all pending reads have been sent: one turn to collect them, and one to send. */
async function sendAll(): Promise<void> {
  await turn()
  await turn()
}

/** How many ids are asked for, and the lengths of the lists that are sent. */
const lists: readonly (readonly [asked: number, sent: readonly number[]])[] = [
  [1, [1]],
  [2, [4]],
  [4, [4]],
  [5, [16]],
  [16, [16]],
  [17, [64]],
  [64, [64]],
  [65, [64, 1]],
  [130, [64, 64, 4]],
]

describe('reads in the same turn', () => {
  /** A store on a SQLite file, with the statements that it sends. */
  async function watched(keys: number) {
    let statements: CompiledQuery[] = []
    const host = await keyringOnFile({ log: ({ query }) => statements.push(query) })
    const ids: string[] = []
    for (let count = 0; count < keys; count += 1) ids.push((await host.keyring.create(input)).key.id)
    statements = []
    return { ...host, store: kyselyStore(host.db), ids, statements: () => statements }
  }

  it.each(lists)('of %i keys are sent as lists of %j ids, and each caller gets its own key', async (asked, sent) => {
    const { store, ids, statements } = await watched(asked)
    await store.find('warm')
    const before = statements().length
    const found = await Promise.all(ids.map((id) => store.find(id)))
    expect(found.map((one) => one?.record.id)).toEqual(ids)
    const read = statements().slice(before)
    expect(read.map(({ parameters }) => parameters.length)).toEqual(sent)
    expect(new Set(read.flatMap(({ parameters }) => parameters))).toEqual(new Set(ids))
  })

  it('of the same key are sent once, and each caller gets its own record', async () => {
    const { store, ids, statements } = await watched(1)
    await store.find('warm')
    const before = statements().length
    const [id = ''] = ids
    const [one, other, unknown] = await Promise.all([store.find(id), store.find(id), store.find('unknown')])
    expect(statements().slice(before)).toMatchObject([{ parameters: [id, 'unknown', 'unknown', 'unknown'] }])
    expect(unknown).toBeNull()
    if (one === null || one === undefined) expect.unreachable()
    expect(one).toEqual(other)
    // The types forbid this; a caller may do it anyway.
    Object.assign(one.record.grants.scopes, ['*'])
    Object.assign(one.record.metadata, { tier: 'gold' })
    one.now.setTime(0)
    expect(other?.record.grants.scopes).toEqual(input.scopes)
    expect(other?.record.metadata).toEqual({})
    expect(other?.now.getTime()).toBeGreaterThan(0)
    expect((await store.find(id))?.record).toEqual(other?.record)
  })
})

/** Values that few keys have, or none should have. */
const unusual: readonly (readonly [column: string, value: string | number | null])[] = [
  ['description', '"a" \\ \n {}'],
  ...['roles', 'resources', 'metadata'].flatMap((column) =>
    [null, '', '{', '[]', '{}'].map((value) => [column, value] as const),
  ),
  ['roles', '["lead"]'],
  ['resources', '{"board":{"mode":"specific","levels":{"b1":"read"}}}'],
  ['metadata', '{"tier":"gold","none":null}'],
  ...['ip_allow_list', 'rate_limits'].flatMap((column) => ['', '[]', '{}'].map((value) => [column, value] as const)),
  ...['preset', 'revoked_reason', 'previous_hash', 'lookup_digest', 'sealed'].map(
    (column) => [column, "o'é\u{1f511}"] as const,
  ),
  ...['disabled_by_type', 'disabled_by_id'].map((column) => [column, 'user'] as const),
  ['locked', 1],
  ['locked', 2],
  ...['disabled_at', 'revoked_at', 'deleted_at', 'previous_hash_expires_at'].map(
    (column) => [column, 1_700_000_000_123] as const,
  ),
]

const notOurs = ['', ' ', 'a b', 'a-b', "x' or '1'='1", 'é', '\0', 'a\n', '%', '\ud800', 'a'.repeat(65)]

for (const engine of testedEngines()) {
  const watched = await watchedDatabase(engine)
  if (watched === null) continue
  const { db, tablePrefix, statements } = watched
  const store = kyselyStore(db, { tablePrefix })
  const { key } = await keyringOver(store).keyring.create(input)
  /** The ids that a statement asks for: its parameters, or a list of them in one. */
  const idsOf = ({ parameters: [first, ...more] }: CompiledQuery): unknown =>
    typeof first === 'string' && first.startsWith('[') ? JSON.parse(first) : [first, ...more]

  describe(engine.name, () => {
    it('is never asked for text that cannot be an id, and the other callers get their keys', async () => {
      statements.length = 0
      expect(await Promise.all(notOurs.map((id) => store.find(id)))).toEqual(notOurs.map(() => null))
      expect(statements).toEqual([])
      const [ours, ...others] = await Promise.all([key.id, ...notOurs].map((id) => store.find(id)))
      expect(ours?.record.id).toBe(key.id)
      expect(others).toEqual(notOurs.map(() => null))
      expect(statements.map(idsOf)).toEqual([[key.id]])
    })

    it.each(unusual)('reads %s = %j as the row has it', async (column, value) => {
      const { key: other } = await keyringOver(store).keyring.create(input)
      const table = sql.table(`${tablePrefix}api_keys`)
      await sql`update ${table} set ${sql.ref(column)} = ${value} where id = ${other.id}`.execute(db)
      const { rows } = await sql<object>`select * from ${table} where id = ${other.id}`.execute(db)
      const [neighbour, found] = await Promise.all([store.find(key.id), store.find(other.id)])
      expect(found?.record).toEqual(parseRow(rows[0] ?? expect.unreachable()))
      expect(neighbour?.record).toMatchObject({ id: key.id, damaged: [] })
    })

    it('distinguishes ids that differ only by case', async () => {
      const swapped = [...key.id].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('')
      const [ours, other] = await Promise.all([store.find(key.id), store.find(swapped)])
      expect([ours?.record.id, other]).toEqual([key.id, null])
    })
  })
}

/** A store over a database that answers when the test says so. */
/** What a server answers that knows no such key. */
const noKey = { id: null, now: 1, reason: null }

async function heldStore() {
  const sent: { ids: readonly unknown[]; answer(rows: readonly object[]): void; fail(error: Error): void }[] = []
  const connection = {
    executeQuery: ({ parameters: [asked = null] }: CompiledQuery) =>
      new Promise<{ rows: never[] }>((resolve, reject) => {
        const text = String(asked)
        sent.push({
          ids: text.startsWith('[') ? JSON.parse(text) : [asked],
          answer: (rows) => resolve({ rows: rows as never[] }),
          fail: reject,
        }) // whatever was asked for
      }),
    streamQuery: () => expect.unreachable('Nothing here streams'),
  }
  const db = new Kysely<object>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (one) => new PostgresIntrospector(one),
      createDriver: () => Object.assign(new DummyDriver(), { acquireConnection: async () => connection }),
    },
  })
  const store = kyselyStore(db)
  const first = store.find('k')
  await sendAll()
  sent[0]?.answer([{ reason: null }]) // the server is the primary
  await expect.poll(() => sent.length).toBe(2)
  sent[1]?.answer(stepNames.map((name) => ({ name }))) // the schema is that of this version
  await expect.poll(() => sent.length).toBe(3)
  sent[2]?.answer([noKey])
  expect(await first).toBeNull()
  sent.length = 0
  return { store, sent }
}

/** The row of a key, as a database would return it. */
function row(id: string, status = 'active'): object {
  const key = {
    ...{ id, environment: 'live', preview: 'tk_live_…', name: 'ci', description: null, owner, preset: null },
    ...{ grants: { scopes: [], roles: [], resources: {} }, metadata: {}, expiresAt: null, ipAllowList: null },
    ...{
      rateLimits: null,
      budget: null,
      binding: null,
      tags: [],
      createdBy: { type: 'system', id: 'test' } as const,
      hash: '$',
      previousHash: null,
    },
    ...{ previousHashExpiresAt: null, lookupDigest: null, sealed: null },
  }
  return { ...newRow(key, new Date(0)), status, now: 1, reason: null }
}

const outcome = (asked: Found | null | Promise<Found | null>): Promise<unknown> =>
  Promise.resolve(asked).then(
    (found) => found?.record.status ?? null,
    (error: Error) => error.message,
  )

describe('a running read', () => {
  it('is an outage without the row that each answer has, and no answer that there is no such key', async () => {
    const { store, sent } = await heldStore()
    for (const rows of [[], [{ id: null, now: 1 }]]) {
      const asked = outcome(store.find('k'))
      await sendAll()
      sent.at(-1)?.answer(rows)
      expect(await asked).toMatch(/^The database server /)
      if (rows.length === 0) await sendAll()
    }
  })

  it('does not answer callers that ask after it was sent: they wait for the next one (CONS-8)', async () => {
    const { store, sent } = await heldStore()
    const early = outcome(store.find('k'))
    await sendAll()
    expect(sent.map(({ ids }) => ids)).toEqual([['k']])
    const late = outcome(store.find('k'))
    sent[0]?.answer([row('k', 'active')])
    expect(await early).toBe('active')
    await sendAll()
    expect(sent.map(({ ids }) => ids)).toEqual([['k'], ['k']])
    sent[1]?.answer([row('k', 'revoked')])
    expect(await late).toBe('revoked')
  })

  it('does not delay the next one', async () => {
    const { store, sent } = await heldStore()
    const first = outcome(store.find('k1'))
    await sendAll()
    const second = outcome(store.find('k2'))
    await sendAll()
    sent[1]?.answer([row('k2')])
    expect(await second).toBe('active')
    sent[0]?.answer([noKey])
    expect(await first).toBeNull()
  })

  it('rejects all of its callers, and no others, when it fails', async () => {
    const { store, sent } = await heldStore()
    const ids = Array.from({ length: 65 }, (_, index) => `k${index}`)
    const asked = [...ids, 'k0'].map((id) => outcome(store.find(id)))
    await sendAll()
    expect(sent.map((one) => one.ids.length)).toEqual([64, 1])
    sent[0]?.fail(new Error('gone'))
    sent[1]?.answer([row('k64')])
    const outcomes = await Promise.all(asked)
    expect(outcomes).toEqual([...Array(64).fill('gone'), 'active', 'gone'])

    const again = outcome(store.find('k0'))
    await sendAll()
    sent[2]?.answer([row('k0')])
    expect(await again).toBe('active')
  })
})

import { memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { formatToken } from '@keywright/core/token'
import { type Kysely, sql } from 'kysely'
import { countRows } from '../../packages/kysely/test/many-keys.js'
import { createKeys, createTokens, hasher, keyringOver, verifyGood } from '../../test/performance/keyring.js'
import { at64, type Contender, measure } from '../compare.js'
import { type KeyDatabase, mariadb, postgres, sqlite } from '../databases.js'
import { missingRow, type Part, type Row, rowOf } from './row.js'

// Keys that are all in use, in turn: their uses are counted, and written as often as by default.
const counts = [100, 1_000, 100_000] as const
const schemaOf = (count: number): string => `keywright_bench_${count}`
const target = { least: 0.9 }

const stores: Readonly<Record<string, (count: number) => Promise<Opened | null>>> = {
  memory: async (count) => {
    const store = memoryStore()
    const tokens = await createTokens(keyringOver(store), count)
    return openedOver(store, tokens, countInMap, async () => {})
  },
  SQLite: async (count) => fill(await sqlite(), count),
  PostgreSQL: async (count) => fill(await postgres(schemaOf(count)), count),
  MariaDB: async (count) => fill(await mariadb(schemaOf(count)), count),
}

/** 100 000 keys in use, against 100 and 1 000. */
export const manyKeys: Part = async ({ rounds }) => {
  const rows: Row[] = []
  for (const [name, open] of Object.entries(stores)) {
    const opened: Opened[] = []
    const contenders: Contender[] = []
    for (const count of counts) {
      const one = await open(count)
      if (one === null) break
      opened.push(one)
      contenders.push(inUse(`${count.toLocaleString('en')} keys in use`, one))
    }
    const last = opened.at(-1)
    if (last !== undefined && contenders.length === counts.length) {
      const byHand = await last.byHand()
      opened.push(byHand)
      contenders.push(
        inUse(
          'as many, each use counted by hand, in a Map or by one upsert of 250 rows: the least that counts',
          byHand,
        ),
      )
    }
    const nameOfRow = `verify, ${name}, 64 at once, 100,000 keys in use`
    if (contenders.length < counts.length) rows.push(missingRow(nameOfRow, '100 and 1,000', target))
    else {
      // So long that each keyring writes what it has counted about once in each of its turns.
      const few = await measure(contenders, { rounds: Math.ceil(rounds / 4), turnMs: 3_000 })
      const [hundred, thousand, many, byHand] = few
      const ours = many && { ...many, name: nameOfRow }
      rows.push(rowOf(ours, hundred, target), rowOf(ours, thousand, target), rowOf(ours, byHand, null))
    }
    for (const { keyring, turn, close } of opened.reverse()) {
      turn.begin?.()
      await keyring.close().catch(() => {}) // what is not written in time is of no interest here
      await close()
    }
  }
  return rows
}

function inUse(name: string, { keyring, tokens, turn }: Opened): Contender {
  return { name, ...at64(tokens, (token) => verifyGood(keyring, token)), ...turn }
}

interface Opened {
  readonly keyring: ReturnType<typeof keyringOver>
  readonly tokens: readonly string[]
  readonly turn: Pick<Contender, 'begin' | 'end'>
  /** The same keys, with uses that are written by hand. */
  byHand(): Promise<Opened>
  close(): Promise<void>
}

/** Opens a store with keys that are there; `write` is the least that counts their uses. */
function openedOver(
  store: KeyStore,
  tokens: readonly string[],
  write: () => Promise<KeyStore['recordUsage']>,
  close: () => Promise<void>,
): Opened {
  const { store: inTurn, ...turn } = writingInTurn(store)
  const byHand = async () => openedOver({ ...store, recordUsage: await write() }, tokens, write, async () => {})
  return { keyring: keyringOver(inTurn), tokens, turn, byHand, close }
}

/** Counts in a Map, which is the least for a process. */
async function countInMap(): Promise<KeyStore['recordUsage']> {
  const counts = new Map<string, number>()
  return async (_, uses) => {
    for (const { keyId, count } of uses) counts.set(keyId, (counts.get(keyId) ?? 0) + count)
  }
}

/** Counts in a table of key, hour and count: without a batch that may be sent twice, a last use, or a list that is in its order. */
async function countInTable(db: Kysely<object>, isMariadb: boolean): Promise<KeyStore['recordUsage']> {
  await sql`create table hand_written_uses (key_id varchar(64), hour bigint, uses bigint, primary key (key_id, hour))`.execute(
    db,
  )
  const add = isMariadb
    ? sql`on duplicate key update uses = uses + values(uses)`
    : sql`on conflict (key_id, hour) do update set uses = hand_written_uses.uses + excluded.uses`
  return async (_, uses) => {
    const rows = uses.map(({ keyId, hour, count }) => sql`(${sql.join([keyId, hour.getTime(), count])})`)
    if (rows.length > 0) await sql`insert into hand_written_uses values ${sql.join(rows)} ${add}`.execute(db)
  }
}

/** Puts keys into a database whose tokens are all known: many at a time, as `create` would take long for 100 000. */
async function fill(database: KeyDatabase | null, count: number): Promise<Opened | null> {
  if (database === null) return null
  const { db, store, close } = database
  const [template = { id: '' }] = await createKeys(keyringOver(store), 1)
  const tokens: string[] = []
  for (let made = 0; made < count; made += 500) {
    const size = Math.min(500, count - made)
    tokens.push(...(await copyKey(db, template.id, { from: made, size })))
  }
  await countRows(db, 'api_keys')
  return openedOver(store, tokens, () => countInTable(db, database.name === 'MariaDB'), close)
}

/** Copies a key, with other ids and hashes. */
async function copyKey(
  db: Kysely<object>,
  template: string,
  { from, size }: { readonly from: number; readonly size: number },
): Promise<readonly string[]> {
  const found = await sql<Record<string, unknown>>`select * from api_keys where id = ${template}`.execute(db)
  const copied = Object.keys(found.rows[0] ?? {}).filter((column) => column !== 'id' && column !== 'hash')
  const keys = Array.from({ length: size }, (_, n) => {
    const id = String(100_000_000_000 + from + n)
    return { id, token: formatToken({ namespace: 'tb_live', id, secret: String(from + n).padStart(32, 'x') }) }
  })
  const rows = await Promise.all(
    keys.map(async (key) => sql`select ${key.id} as id, ${await hasher.hash(key)} as hash`),
  )
  const columns = copied.map((column) => sql.ref(column))
  await sql`
    insert into api_keys (${sql.join([sql.ref('id'), sql.ref('hash'), ...columns])})
    select v.id, v.hash, ${sql.join(copied.map((column) => sql.ref(`t.${column}`)))}
    from (${sql.join(rows, sql` union all `)}) v, api_keys t where t.id = ${template}`.execute(db)
  return keys.map(({ token }) => token)
}

/** Lets a keyring write uses only in its own turn: in that of another, they would slow the other. */
function writingInTurn(store: KeyStore): Pick<Contender, 'begin' | 'end'> & { readonly store: KeyStore } {
  let isOpen = true
  const waiting: (() => void)[] = []
  const writing = new Set<Promise<void>>()
  const recordUsage: KeyStore['recordUsage'] = async (batchId, uses) => {
    if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve))
    const write = store.recordUsage(batchId, uses)
    writing.add(write)
    await write.finally(() => writing.delete(write))
  }
  return {
    store: { ...store, recordUsage },
    begin: () => {
      isOpen = true
      for (const resolve of waiting.splice(0)) resolve()
    },
    end: async () => {
      isOpen = false
      await Promise.allSettled(writing)
    },
  }
}

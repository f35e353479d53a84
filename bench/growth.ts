import type { Keyring } from '@keywright/core'
import { formatToken } from '@keywright/core/token'
import { sql } from 'kysely'
import { bigOwner, countRows, makeManyKeys, nthId } from '../packages/kysely/test/many-keys.js'
import { createKeys, hasher, keyringOver } from '../test/performance/keyring.js'
import { at } from './compare.js'
import { type KeyDatabase, postgres, sqlite } from './databases.js'

// The same work on 1 000 keys and on 1 000 000, call by call in turn: what grows with the number of keys shows in the ratio.
const small = 1_000
const large = 1_000_000
/** Keys that are verified. Fewer than the 1 000 whose uses are kept in memory at a time: nothing is written meanwhile. */
const known = 500
const secret = 'x'.repeat(32)

interface Filled {
  readonly keyring: Keyring
  readonly store: KeyDatabase['store']
  /** Tokens of some keys, spread evenly over all that there are. */
  readonly tokens: readonly string[]
  readonly count: number
}

/** Puts `count` keys into a database, some of them with a token that is known. */
async function fill({ db, store }: KeyDatabase, count: number): Promise<Filled> {
  const keyring = keyringOver(store)
  const [template = { id: '' }] = await createKeys(keyring, 1)
  await makeManyKeys(db, { table: 'api_keys', template: template.id, count })
  const tokens: string[] = []
  await db.transaction().execute(async (trx) => {
    for (let n = 0; n < count; n += count / known) {
      const id = nthId(n)
      const token = formatToken({ namespace: 'tb_live', id, secret })
      await sql`update api_keys set hash = ${await hasher.hash({ id, token })} where id = ${id}`.execute(trx)
      tokens.push(token)
    }
  })
  await countRows(db, 'api_keys')
  return { keyring, store, tokens, count }
}

type Work = (host: Filled, call: number) => Promise<unknown>

const works: Readonly<Record<string, { readonly calls: number; readonly work: Work }>> = {
  verify: {
    calls: 5_000,
    work: async ({ keyring, tokens }, call) => {
      if (!(await keyring.verify(tokens[(call * 7) % tokens.length] ?? '')).ok) throw new Error('This key is good')
    },
  },
  'find, any key at random': {
    calls: 5_000,
    work: async ({ store, count }) => {
      if ((await store.find(nthId(Math.floor(Math.random() * count)))) === null) throw new Error('This key is there')
    },
  },
  "a page of 100 of an owner's keys": {
    calls: 500,
    work: async ({ keyring }) => {
      if ((await keyring.list({ owner: bigOwner, limit: 100 })).keys.length !== 100) throw new Error('There are more')
    },
  },
}

async function time(work: Work, host: Filled, call: number): Promise<number> {
  const start = performance.now()
  await work(host, call)
  return (performance.now() - start) * 1_000
}

async function grow(
  name: string,
  open: () => Promise<KeyDatabase | null>,
  openOther: () => Promise<KeyDatabase | null>,
) {
  const [few, many] = [await open(), await openOther()]
  if (few === null || many === null) return
  const start = performance.now()
  const [here, there] = [await fill(few, small), await fill(many, large)]
  console.log(`\n${name}: ${large} keys made in ${Math.round((performance.now() - start) / 1_000)} s`)
  const lines: Record<string, object> = {}
  for (const [what, { calls, work }] of Object.entries(works)) {
    const [inFew, inMany]: [number[], number[]] = [[], []]
    for (let call = -calls / 10; call < calls; call += 1) {
      const [a, b] = [await time(work, here, call + calls), await time(work, there, call + calls)]
      if (call < 0) continue // warm
      inFew.push(a)
      inMany.push(b)
    }
    lines[what] = {
      'µs, 1 000 keys': at(inFew, 0.5),
      'µs, 1 000 000 keys': at(inMany, 0.5),
      'median, ratio': Number((at(inMany, 0.5) / at(inFew, 0.5)).toFixed(2)),
      'p95, ratio': Number((at(inMany, 0.95) / at(inFew, 0.95)).toFixed(2)),
    }
  }
  console.table(lines)
  await few.close()
  await many.close()
}

await grow('SQLite', sqlite, sqlite)
await grow(
  'PostgreSQL',
  () => postgres('keywright_bench_growth_small'),
  () => postgres('keywright_bench_growth_large'),
)

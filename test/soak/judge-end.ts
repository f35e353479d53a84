import type { Keyring } from '@keywright/core'
import { Redis } from 'ioredis'
import { type Kysely, sql } from 'kysely'
import type { OwnRedis } from '../support/own-redis.js'
import type { Act } from './act.js'
import type { Life } from './life.js'
import { pause } from './random.js'
import { judgePrinted, reportsOf } from './told.js'
import { compareUses, type UsesReport } from './uses.js'
import { type AppSize, poolSize, slots } from './world.js'

/** What the judge looks into. */
export interface Judged {
  readonly redis: OwnRedis
  readonly db: Kysely<object>
  readonly keyring: Keyring
}

/** How long what must come true may take. */
const patienceMs = 60_000
/** A heap may grow by so much after its first moments, whatever was done: MiB. */
const heapGrowth = 40
const mostResources = 1_000

/** Judges what must be so when all is quiet again. */
export async function judgeQuiet(world: Judged, act: Act): Promise<void> {
  for (const life of act.lives.values()) {
    const count = (type: 'outage_began' | 'outage_ended') => reportsOf(life, type).length
    await until(act, `${life.name} tells the end of its outages`, () => count('outage_began') === count('outage_ended'))
    const cache = () =>
      reportsOf(life, 'event').filter(({ name }) => name.startsWith('cache.') && name !== 'cache.not_told')
    if (act.promised.staleMs > 0) {
      await until(act, `${life.name} uses its cache again`, () => cache().at(-1)?.name === 'cache.used')
    }
  }
  await until(act, 'PostgreSQL has no more connections than the pools may have', async () => {
    const names = act.allLives.map(({ name }) => name)
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from pg_stat_activity where application_name in (${sql.join(names)})`.execute(world.db)
    return (rows[0]?.n ?? 0) <= slots.length * poolSize
  })
  await until(
    act,
    'uses are written while a process runs',
    async () => (await compareNow(world, act)).faults.length === 0,
  )
  await judgeRedis(world, act)
  for (const life of act.allLives) if (life.killedAt !== null) judgePrinted(act, life)
}

/** Judges how large the processes became. */
export function judgeSizes(act: Act, sizes: ReadonlyMap<Life, readonly AppSize[]>): void {
  for (const [{ name }, all] of sizes) {
    const [, first = all[0], ...later] = all
    const heap = Math.max(...later.map((size) => size.heap))
    if (first !== undefined && heap > first.heap * 1.5 + heapGrowth) {
      act.faults.push(`The heap of ${name} has grown from ${first.heap} to ${heap} MiB`)
    }
    const resources = Math.max(...all.map((size) => size.resources))
    if (resources > mostResources) act.faults.push(`${name} has ${resources} sockets and timers`)
  }
}

/** What is written to Redis ends by itself. */
async function judgeRedis({ redis: { url } }: Judged, act: Act): Promise<void> {
  const redis = new Redis(url)
  try {
    const keys: string[] = []
    for await (const found of redis.scanStream({ count: 1_000 })) keys.push(...(found as string[])) // names of keys
    const endless: string[] = []
    for (const key of keys) if ((await redis.pttl(key)) === -1) endless.push(key)
    if (endless.length > 0) act.faults.push(`${endless.length} keys in Redis have no end, such as ${endless[0]}`)
  } finally {
    redis.disconnect()
  }
}

/** Judges what is in the store, when no process runs any more. */
export async function judgeStore(world: Judged, act: Act): Promise<UsesReport> {
  const { keyring } = world
  const { organizationId } = act
  const verdict = await keyring.audit.verify({ organizationId })
  if (!verdict.ok) act.faults.push(`The audit chain is ${verdict.problem} at ${verdict.seq}`)
  for (const { code, message } of await keyring.doctor()) act.faults.push(`The doctor found ${code}: ${message}`)
  const uses = await compareNow(world, act)
  act.faults.push(...uses.faults)
  return uses
}

/** Compares the uses that were recorded until now with the answers. */
async function compareNow({ db }: Judged, act: Act): Promise<UsesReport> {
  const { rows } = await sql<{ key: string; uses: number }>`
    select key_id as key, sum(count)::int as uses from api_key_usage
    where organization_id = ${act.organizationId} group by key_id`.execute(db)
  return compareUses(act, new Map(rows.map(({ key, uses }) => [key, uses])))
}

async function until(act: Act, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now()
  while (!(await isSo())) {
    if (performance.now() - begun > patienceMs) {
      act.faults.push(`Not so: ${what}`)
      return
    }
    await pause(50)
  }
}

import { arch, availableParallelism, cpus } from 'node:os'
import { createKeyring, hmacSha256, type Keyring, memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { redisBus, redisRateLimiter } from '@keywright/redis'
import { Redis } from 'ioredis'
import { type Kysely, sql } from 'kysely'
import { access, createKeys, createTokens, verifyGood } from '../../test/performance/keyring.js'
import { ownCpuUs } from '../compare.js'
import { postgres } from '../databases.js'
import { overHttp } from '../table/http.js'
import type { Costs } from './costs.js'
import { postgresCpuUs } from './processor-time.js'

const keysMade = 5_000
const revoked = 500
const redisUrl = process.env.KEYWRIGHT_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

/** Measures what each thing costs. PostgreSQL and Redis have to run on this machine, and nothing else may use them. */
export async function measureCosts(tell: (line: string) => void): Promise<Costs> {
  const database = await postgres('keywright_bench_scaling')
  if (database === null) throw new Error('This needs PostgreSQL')
  const redis = new Redis(redisUrl)
  const { db, store, close } = database
  try {
    tell('the process: keys in memory and in the cache')
    const memory = await memoryCosts(redis)
    tell('the process: a guard before Fastify')
    const guardUs = await guardCost()
    tell(`PostgreSQL: ${keysMade} keys are created`)
    const empty = await sizesOf(db)
    const keyring = keyringOver(store)
    const { cost: create, result: keys } = await costOf(db, keysMade, () => createKeys(keyring, keysMade))
    const full = await sizesOf(db)
    const tokens = keys.map(({ token }) => token)
    tell('PostgreSQL: verifications')
    const verify = await verifyCosts(db, keyring, tokens)
    tell('PostgreSQL: uses are written')
    const usage = await usageCosts(db, store, tokens)
    const used = await sizesOf(db)
    tell(`PostgreSQL: ${revoked} keys are revoked`)
    const { cost: revoke } = await costOf(db, revoked, async () => {
      for (const { id } of keys.slice(0, revoked)) await keyring.revoke(id)
    })
    tell('Redis: units of rate limits')
    return {
      measured: `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, PostgreSQL ${await versionOf(db)}, ${availableParallelism()} cores (${cpus()[0]?.model ?? arch()})`,
      verify: { ...memory, ...verify },
      guardUs,
      usage,
      create: { serverUs: round(create.serverUs), walBytes: round(create.walBytes) },
      revoke: { serverUs: round(revoke.serverUs), walBytes: round(revoke.walBytes) },
      redisUs: await redisCost(redis),
      bytes: {
        key: round((full.keys - empty.keys) / keysMade),
        auditRecord: round((full.audit - empty.audit) / keysMade),
        usageHour: round((used.usage - full.usage) / keysMade),
      },
    }
  } finally {
    redis.disconnect()
    await close()
  }
}

const hasher = hmacSha256({ current: 'p1', peppers: { p1: 'a pepper for benchmarks that is long enough' } })

function keyringOver(store: KeyStore, cache?: { mode: 'bounded'; ttlMs: number; bus: ReturnType<typeof redisBus> }) {
  return createKeyring({
    prefix: 'tb',
    environment: 'live',
    access,
    store,
    hasher,
    resolveOwner: () => ({ scopes: ['tasks.*'] }),
    usageFlushMs: 60_000,
    cache,
  })
}

/** Runs `work` on `count` things, and says what one of them cost PostgreSQL, and this process. */
async function costOf<T>(db: Kysely<object>, count: number, work: () => Promise<T>) {
  const [server, process, wal] = [await postgresCpuUs(db), ownCpuUs(), await walOf(db)]
  const result = await work()
  const cost = {
    processUs: (ownCpuUs() - process) / count,
    serverUs: ((await postgresCpuUs(db)) - server) / count,
    walBytes: ((await walOf(db)) - wal) / count,
  }
  return { cost, result }
}

async function verifyCosts(db: Kysely<object>, keyring: Keyring<typeof access>, tokens: readonly string[]) {
  const alone = async () => {
    for (const token of tokens) await verifyGood(keyring, token)
  }
  const together = async () => {
    for (let at = 0; at < tokens.length; at += 64) {
      await Promise.all(tokens.slice(at, at + 64).map((token) => verifyGood(keyring, token)))
    }
  }
  const times = 8
  const often = async (work: () => Promise<void>) => {
    for (let time = 0; time < times; time += 1) await work()
  }
  await often(together) // warm
  const one = await costOf(db, times * tokens.length, () => often(alone))
  const many = await costOf(db, times * tokens.length, () => often(together))
  return {
    serverAloneUs: round(one.cost.serverUs),
    serverUs: round(many.cost.serverUs),
    postgresUs: round(many.cost.processUs),
  }
}

/** Each key is used, and its use is written; the second time, its row of this hour is there already. */
async function usageCosts(db: Kysely<object>, store: KeyStore, tokens: readonly string[]): Promise<Costs['usage']> {
  const costs = []
  for (let time = 0; time < 3; time += 1) {
    const keyring = keyringOver(store)
    for (let at = 0; at < tokens.length; at += 64) {
      await Promise.all(tokens.slice(at, at + 64).map((token) => verifyGood(keyring, token)))
    }
    costs.push((await costOf(db, tokens.length, () => keyring.close())).cost)
  }
  const last = costs.at(-1)
  if (last === undefined) throw new Error('Uses were written three times')
  return { processUs: round(last.processUs), serverUs: round(last.serverUs), walBytes: round(last.walBytes) }
}

/** Verifications that ask no database. */
async function memoryCosts(redis: Redis) {
  const store = memoryStore()
  const plain = keyringOver(store)
  const tokens = await createTokens(plain, 1_000)
  const each = async (keyring: Keyring<typeof access>) => {
    for (let time = 0; time < 100; time += 1) for (const token of tokens) await verifyGood(keyring, token)
  }
  const processUs = async (keyring: Keyring<typeof access>) => {
    await each(keyring)
    const before = ownCpuUs()
    await each(keyring)
    return round((ownCpuUs() - before) / (100 * tokens.length))
  }
  const memoryUs = await processUs(plain)
  const listening = redis.duplicate()
  const cached = keyringOver(store, { mode: 'bounded', ttlMs: 5_000, bus: redisBus(listening) })
  const cacheUs = await processUs(cached)
  await cached.close()
  listening.disconnect()
  return { memoryUs, cacheUs }
}

/** What a guard adds to a request, of the processor time of the server alone. */
async function guardCost(): Promise<number> {
  const [, , againstBare] = await overHttp('fastify')({ rounds: 9, turnMs: 400 })
  const [guarded, bare] = againstBare?.processorUs ?? []
  if (guarded === undefined || bare === undefined) throw new Error('Both servers were measured')
  return round(guarded - bare)
}

/** One unit of one limit, of the processor time of Redis. */
async function redisCost(redis: Redis): Promise<number> {
  const limiter = redisRateLimiter(redis, { keyPrefix: 'keywright:bench:scaling:' })
  const policies = [{ name: 'default', limit: 1_000_000, windowMs: 60_000 }]
  const takes = 20_000
  const take = async () => {
    for (let at = 0; at < takes; at += 64) {
      await Promise.all(Array.from({ length: 64 }, (_, n) => limiter.take(`key${(at + n) % 1_000}`, policies, 1)))
    }
  }
  await take()
  const before = await redisCpuUs(redis)
  await take()
  return round(((await redisCpuUs(redis)) - before) / takes)
}

async function redisCpuUs(redis: Redis): Promise<number> {
  const text = await redis.info('cpu')
  const seconds = [...text.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)].map(([, value]) => Number(value))
  return seconds.reduce((sum, value) => sum + value, 0) * 1e6
}

async function versionOf(db: Kysely<object>): Promise<string> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db)
  return (rows[0]?.server_version ?? '').split(' ')[0] ?? ''
}

/** How much of its log of changes PostgreSQL has written so far, in bytes. */
async function walOf(db: Kysely<object>): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`.execute(db)
  return Number(rows[0]?.bytes)
}

/** How many bytes the tables take on disk, with their indexes. */
async function sizesOf(db: Kysely<object>): Promise<Readonly<Record<'keys' | 'audit' | 'usage', number>>> {
  const size = async (tables: readonly string[]) => {
    const sizes = tables.map((table) => sql<number>`pg_total_relation_size(${table}::regclass)`)
    const { rows } = await sql<{ bytes: string }>`select ${sql.join(sizes, sql` + `)} as bytes`.execute(db)
    return Number(rows[0]?.bytes)
  }
  return {
    keys: await size(['api_keys', 'api_key_terms', 'api_key_last_uses']),
    audit: await size(['api_key_audit']),
    usage: await size(['api_key_usage']),
  }
}

/** As exact as it was measured: two digits. */
function round(value: number): number {
  return Number(value.toPrecision(2))
}

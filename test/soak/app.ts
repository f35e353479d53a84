// One process of the host: Fastify, PostgreSQL and Redis, put together as the READMEs say.
import { managementApi, nodeListener } from '@keywright/api'
import { createKeyring, hmacSha256, isKeyError, type KeyringEvent, sealer, type UsageLost } from '@keywright/core'
import { keywright } from '@keywright/fastify'
import { kyselyStore, postgresPool } from '@keywright/kysely'
import { redisBus, redisFailureLimiter, redisRateLimiter } from '@keywright/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { type AppOrder, type AppReport, access, basePath, failureLimit, poolSize, usageFlushMs } from './world.js'

const order = JSON.parse(process.argv[2] ?? '{}') as AppOrder // from the driver
const tell = (report: AppReport): void => {
  if (process.connected) process.send?.(report)
}

const pool = new pg.Pool({
  connectionString: order.postgresUrl,
  application_name: order.name,
  max: poolSize,
  connectionTimeoutMillis: 2_000,
  idle_in_transaction_session_timeout: 10_000,
})
const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(pool, { prepare: true }) }) })
const store = kyselyStore(db)
const redis = new Redis(order.redisUrl)
redis.on('error', () => {})

const { cacheTtlMs: ttlMs } = order
const shared = { expectedInstances: 2 }
const keyring = createKeyring({
  prefix: 'tk',
  environment: 'live',
  access,
  store: {
    ...store,
    recordUsage: async (batchId, uses) => {
      const begun = Date.now()
      await store.recordUsage(batchId, uses)
      tell({ type: 'usage_written', begun })
    },
  },
  hasher: hmacSha256({ current: 'p1', peppers: { p1: order.pepper } }),
  reveal: sealer({ current: 's1', keys: { s1: order.sealKey } }),
  resolveOwner: async ({ id }) => (id === 'ada' ? { scopes: ['*'] } : null),
  rateLimits: { default: { limit: 1_000_000, windowMs: 60_000 } },
  rateLimiter: redisRateLimiter(redis, { ...shared, onOutage: () => tell({ type: 'redis_out', limiter: 'rate' }) }),
  failureLimit,
  failureLimiter: redisFailureLimiter(redis, {
    ...shared,
    onOutage: () => tell({ type: 'redis_out', limiter: 'failure' }),
  }),
  ...(ttlMs === null ? {} : { cache: { mode: 'bounded', ttlMs, bus: redisBus(redis) } as const }),
  usageFlushMs,
  onEvent: report,
})

function report(event: KeyringEvent): void {
  const { type } = event
  if (type === 'keyring.outage_began') tell({ type: 'outage_began', reason: event.reason })
  else if (type === 'keyring.outage_ended') tell({ type: 'outage_ended', reason: event.reason, refused: event.refused })
  // The others accompany an answer each: they would be as many as those.
  else if (/^(usage|cache)\.|damaged|rehash_failed|reveal_failed/.test(type)) tell({ type: 'event', name: type })
}

const api = managementApi(keyring, {
  authenticate: (request) =>
    request.headers.get('x-session') === 'ada'
      ? { actor: { type: 'user', id: 'ada' }, authority: { scopes: ['*'] }, ambient: false }
      : null,
  organization: (request) => request.headers.get('x-organization'),
  rateLimits: null, // one person sends all
  onError: () => tell({ type: 'api_error' }),
})

const app = Fastify()
// The driver stands in for the proxy: each of its clients has an address of its own.
await app.register(keywright(keyring, { everyRoute: true, trustedProxies: ['127.0.0.1'] }))
app.get('/items', { config: { scopes: ['items.read'] } }, async ({ principal }) => ({ key: principal.key.id }))
app.post('/items', { config: { scopes: ['items.write'] } }, async ({ principal }) => ({ key: principal.key.id }))
await app.register((scope, _options, done) => {
  // Its own readers of bodies would take the body away.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, read) => read(null))
  const listener = nodeListener(api)
  for (const path of [basePath, `${basePath}/*`]) {
    scope.all(path, { config: { key: false } }, (request, reply) => {
      reply.hijack()
      return listener(request.raw, reply.raw)
    })
  }
  done()
})

let isEnding = false
async function end(): Promise<void> {
  isEnding = true
  await app.close()
  await keyring.close().catch((error: unknown) => {
    if (!isKeyError(error) || error.code !== 'usage_lost') throw error
    tell({ type: 'usage_lost', uses: (error as UsageLost).uses }) // the only error with this code
  })
  await db.destroy()
  redis.disconnect()
  process.disconnect()
}
process.once('SIGTERM', () => void end())
// Without its driver, it has nothing to do.
process.once('disconnect', () => {
  if (!isEnding) process.exit()
})
process.on('message', () => {
  globalThis.gc?.()
  const size = {
    heap: process.memoryUsage().heapUsed / 2 ** 20,
    resources: process.getActiveResourcesInfo().length,
  }
  tell({ type: 'size', size })
})

const origin = await app.listen({ port: 0, host: '127.0.0.1' })
tell({ type: 'listening', port: Number(new URL(origin).port) })

import type { ArchivePart, AuditKeyRing } from '@keywright/core'
import type { DeliveryOutcome, KeySort, KeyStore } from '@keywright/core/store'
import { type Kysely, sql } from 'kysely'
import { expect } from 'vitest'
import { testKeyring } from '../../../testkit/src/test-keyring.js'
import { kyselyStore, kyselyWebhookStore, migrateToLatest } from '../../src/index.js'
import { owner } from '../keyring-over.js'
import { securedKeyring } from '../secured-keyring.js'
import { eventOf, insertEndpoint, leaseMs } from '../webhook-world.js'

/** The parts of a life. */
export const parts = ['migrations', 'keys', 'retention', 'transactions of the host', 'doctor', 'webhooks'] as const
export type Part = (typeof parts)[number]

/** Where to live. */
interface Place {
  readonly db: Kysely<object>
  readonly tables: { readonly tablePrefix: string; readonly schema?: string }
}

const { organizationId } = owner
const input = { name: 'Nightly build', owner, scopes: ['members.read'], metadata: { team: 'a' } } as const
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const auditKeys: AuditKeyRing = { current: 'a1', keys: { a1: 'an audit key, of 32 bytes or more' } }

/**
 * Makes Keywright send each kind of its statements, and expects that they did something. Each part may need those before it. What is
 * sent to a replica (`readFrom`) is left out: it asks about a standby of PostgreSQL, in PostgreSQL's own words.
 */
export const wholeLife: Readonly<Record<Part, (place: Place) => Promise<void>>> = {
  async migrations({ db, tables }) {
    expect((await migrateToLatest(db, { ...tables, triggers: false })).length).toBeGreaterThan(20)
    expect(await migrateToLatest(db, tables)).toEqual([])
  },

  async keys({ db, tables }) {
    const store = kyselyStore(db, tables)
    const keyring = securedKeyring(store, { pepperIds: ['p1', 'p2'], auditKeys })
    const expiresAt = new Date(Date.now() + hourMs)
    const { key, token } = await keyring.create({ ...input, expiresAt }, { idempotencyKey: 'first' })
    const others = await Promise.all([1, 2].map(() => keyring.create({ copyFrom: key.id })))
    const verified = await Promise.all(
      [token, ...others.map((other) => other.token)].map((one) => keyring.verify(one.reveal())),
    )
    expect(verified.map(({ ok }) => ok)).toEqual([true, true, true])
    await importKeys(store)
    await keyring.update(key.id, { name: 'Weekly build' })
    const rotated = await keyring.rotate(key.id, { graceMs: 60_000 })
    await keyring.reveal(key.id)
    await keyring.disable(key.id)
    expect((await keyring.verify(rotated.token.reveal())).ok).toBe(false)
    await keyring.enable(key.id)
    expect((await keyring.verify(rotated.token.reveal())).ok).toBe(true)
    await listEveryWay(store)
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
    const page = { organizationId, from: new Date(0), to: new Date(Date.now() + hourMs), limit: 2 } as const
    expect((await keyring.audit.list(page)).records).toHaveLength(2)
    await keyring.rewrap()
    await keyring.revoke(key.id, { reason: 'leaked' })
    await keyring.delete(key.id)
    await keyring.close() // writes the uses and refusals
    await readUses(store, key.id)
  },

  async retention({ db, tables }) {
    const store = kyselyStore(db, tables)
    const retention = store.retention ?? expect.unreachable()
    const called = new Set<string>()
    const watched = new Proxy(retention, {
      get: (of, name, self) => {
        called.add(String(name))
        return Reflect.get(of, name, self)
      },
    })
    const keyring = securedKeyring({ ...store, retention: watched }, { pepperIds: ['p1', 'p2'], auditKeys })
    await growOld({ db, tables }, store)
    const archive = async ({ lines }: ArchivePart) => {
      for await (const line of lines) expect(line).not.toBe('')
    }
    const old = { usageOlderThanMs: 2 * dayMs, tombstonesOlderThanMs: 2 * dayMs }
    const query = { ...old, audit: { olderThanMs: 1, archive } }
    const counted = await keyring.prune({ ...query, dryRun: true })
    expect(counted).toMatchObject({ records: expect.any(Number), broken: [], hours: 2, tombstones: 1 })
    // As many and more: the log has grown older meanwhile.
    const pruned = await keyring.prune(query)
    expect(pruned).toMatchObject({ broken: [], hours: 2, tombstones: 1 })
    expect(Math.min(counted.records, pruned.records, pruned.ids)).toBeGreaterThan(1)
    expect([...called].sort()).toEqual(Object.keys(retention).sort())
  },

  async 'transactions of the host'({ db, tables }) {
    const keyring = securedKeyring(kyselyStore(db, tables))
    await db.transaction().execute(async (trx) => {
      const within = keyring.inTransaction(trx)
      const { key } = await within.create(input)
      await within.update(key.id, { name: 'Renamed' })
      expect((await within.list({ organizationId })).keys.length).toBeGreaterThan(1)
      await expect(within.get('nobody')).resolves.toBeNull()
      await kyselyWebhookStore(db, tables)
        .inTransaction?.(trx)
        .publish([eventOf(organizationId)])
    })
  },

  async doctor({ db, tables }) {
    const found = await securedKeyring(kyselyStore(db, tables)).doctor()
    expect(found.map(({ code }) => code)).toContain('exposed_audit')
  },

  async webhooks({ db, tables }) {
    const store = kyselyWebhookStore(db, tables)
    const [to, other] = [await insertEndpoint(store, organizationId), await insertEndpoint(store, organizationId)]
    await securedKeyring(kyselyStore(db, tables)).create(input) // its event
    const delivered = await deliver(store, to.id)
    await store.postpone([to.id], 1_000)
    expect(await store.listDeliveries({ endpointId: to.id, status: ['delivered', 'failed'], limit: 10 })).toHaveLength(
      2,
    )
    expect(await store.findDelivery(delivered)).toMatchObject({ status: 'delivered' })
    const eventId = delivered.split('.')[0] ?? ''
    await store.replay({ endpointId: to.id, eventId, audit: () => [] })
    const [from, until] = [new Date(0), new Date(Date.now() + hourMs)]
    await store.replay({ endpointId: to.id, from, to: until, limit: 10, audit: () => [] })
    expect(await store.listEndpoints({ organizationId, keyId: to.keyId, status: 'active', limit: 10 })).toHaveLength(1)
    expect(await store.listOrganizations({ after: 'a', limit: 10 })).toEqual([organizationId])
    for (const of of [{}, { organizationId }])
      expect(await store.status({ ...of, since: from })).toHaveProperty('events')
    const change = (queue: { to: 'hold' | 'resume' }) =>
      ({ decide: () => ({ write: { description: 'new' }, queue, audit: [] }) }) as const
    await store.changeEndpoint(to.id, change({ to: 'hold' }))
    await store.changeEndpoint(to.id, change({ to: 'resume' }))
    await store.changeEndpoint(other.id, { decide: () => ({ write: 'delete', audit: [] }) })
    await store.prune({ before: until, limit: 100 })
  },
}

/** Keys of another product, which are found by a digest. */
async function importKeys(store: KeyStore): Promise<void> {
  const { keyring } = testKeyring({ store, imports: {}, auditKeys })
  const secretOf = (name: string) => ({ secret: { token: `legacy_${name}_${'x'.repeat(32)}` }, entropyBits: 160 })
  await keyring.import({ ...input, ...secretOf('one') })
  await keyring.importMany([{ ...input, ...secretOf('two') }])
  expect((await keyring.verify(secretOf('two').secret.token)).ok).toBe(true)
}

/** Lists by each filter, in each order, from the beginning and from a place. The contract of stores combines them in every way. */
async function listEveryWay(store: KeyStore): Promise<void> {
  const filters = [
    {},
    { status: ['active', 'expired'] as const },
    { createdBy: { type: 'system', id: 'system' } as const },
    { environments: ['live', null] },
    { words: ['nig'] },
    { holds: [{ kind: 'scope', term: 'members.read' }] as const },
    { unusedSince: new Date() },
    { expiringBefore: new Date() },
  ]
  for (const filter of filters) {
    const query = { owner, ...filter, limit: 2 }
    for (const sort of ['created', 'name', 'lastUsed', 'expiry'] satisfies KeySort[]) {
      const { records } = await store.list({ ...query, sort, order: 'asc' })
      const id = records.at(-1)?.id ?? ''
      const after = { id, createdAt: new Date(), sortName: 'a', lastUsedAt: null, expiresAt: null }
      await store.list({ ...query, sort, after })
    }
    await store.count(query, 100)
  }
  await store.list({ organizationId, limit: 2 })
  expect(await store.count({ owner }, 100)).toBeGreaterThan(3)
}

/** Makes what is there so old that it may go, as no store can. */
async function growOld({ db, tables: { tablePrefix } }: Place, store: KeyStore): Promise<void> {
  const { records } = await store.list({ organizationId, limit: 1 })
  const at = new Date(Math.floor(Date.now() / dayMs) * dayMs - 9 * dayMs + hourMs)
  const of = { keyId: records[0]?.id ?? expect.unreachable(), organizationId, hour: at, count: 1 }
  await store.recordUsage('long ago', [{ ...of, lastUsedAt: at }], [{ ...of, code: 'expired' }])
  const table = (name: string) => sql.table(`${tablePrefix}${name}`)
  await sql`update ${table('api_keys')} set deleted_at = 1 where status = 'deleted'`.execute(db)
  for (const name of ['api_key_requests', 'api_key_usage_batches'])
    await sql`update ${table(name)} set at = 1`.execute(db)
}

async function readUses(store: KeyStore, keyId: string): Promise<void> {
  const span = { organizationId, from: new Date(0), to: new Date(Date.now() + hourMs) }
  expect(await store.listUsage({ ...span, keyId })).toHaveLength(1)
  await store.listUsage({ ...span, bucketMs: 86_400_000 })
  expect(await store.listKeyUsage({ ...span, keyIds: [keyId] })).toHaveLength(1)
  expect(await store.listRefusals({ ...span, keyIds: [keyId] })).toHaveLength(1)
  await store.listRefusals(span)
  for (const of of [{}, { owner }])
    expect((await store.topKeys({ ...span, ...of, limit: 5 })).length).toBeGreaterThan(0)
  for (const of of [{}, { owner }]) expect(await store.stats({ organizationId, ...of })).toHaveProperty('active')
}

/** Sends two events to an endpoint: one arrives, one fails. Returns the delivery that arrived. */
async function deliver(store: ReturnType<typeof kyselyWebhookStore>, endpointId: string): Promise<string> {
  const worker = 'w1'
  await store.publish(Array.from({ length: 2 }, () => eventOf(organizationId)))
  const events = await store.claimEvents({ worker, limit: 100, leaseMs })
  expect(events.length).toBeGreaterThan(2)
  await store.queue(
    worker,
    events.map(({ id }) => ({ eventId: id, endpointIds: [endpointId] })),
  )
  const claim = { worker, limit: 100, leaseMs, perEndpoint: 2, perOrganization: 1_000, taken: [] }
  const claimed = await store.claimDeliveries(claim)
  expect(claimed.length).toBe(2)
  const ids = claimed.map(({ delivery }) => delivery.id)
  await store.renew(worker, ids, leaseMs)
  const attempt = { at: new Date(), status: 200, error: null, latencyMs: 1, text: '' }
  const outcomes = ids.map((id, at): DeliveryOutcome => {
    const status = at === 0 ? 'delivered' : 'failed'
    return { id, endpointId, status, reason: null, attempt, counts: true, nextInMs: null }
  })
  await store.settle(worker, outcomes)
  await store.claimDeliveries({ ...claim, taken: [{ id: endpointId, organizationId }] })
  const event = eventOf(organizationId)
  await store.claimNew(event, endpointId, { worker, leaseMs })
  return ids[0] ?? expect.unreachable()
}

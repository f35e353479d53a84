import type { Actor, AuditType, JsonObject, KeyRecord, Owner } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import {
  auditEvent,
  emptyChain,
  type KeyChanges,
  type KeyStore,
  linkAudit,
  type NewKey,
  organizationOf,
  type QuotaScope,
} from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'
import { testAuditLog } from './test-audit-log.js'
import { testBudgets } from './test-budgets.js'
import { testLists } from './test-lists.js'
import { testNotices } from './test-notices.js'
import { testPreviousUse } from './test-previous-use.js'
import { testRepeatedRequests } from './test-repeated-requests.js'
import { testRetention } from './test-retention.js'
import { testRotations } from './test-rotations.js'
import { testTransfers } from './test-transfers.js'
import { testUse } from './test-use.js'

/** The store that {@link testKeyStore} tests. */
export interface StoreHarness {
  /** The name of the store, for the titles of the tests. */
  readonly name: string
  /** Opens a store. It may contain keys of earlier tests, and must not lose keys while a test runs. */
  open(): Promise<KeyStore>
}

const harnessNames: NamesOf<StoreHarness> = { name: true, open: true }

const actor: Actor = { type: 'user', id: 'tester' }

function draft(type: AuditType, keyId: string, data: JsonObject = {}) {
  return { type, actor, keyId, context: { requestId: 'r-1', ip: '203.0.113.7' }, data }
}

/** Inserts a key with one audit record, as the keyring does. */
function insert(store: KeyStore, key: NewKey, quota: QuotaScope | null = null, limit = Number.POSITIVE_INFINITY) {
  return store.insert({
    id: key.id,
    organizationId: organizationOf(key.owner),
    quota,
    decide: ({ used }) => {
      if (used >= limit) throw new LimitReached()
      return { write: key, audit: [draft('api_key.created', key.id)] }
    },
  })
}

function change(store: KeyStore, id: string, write: KeyChanges, type: AuditType = 'api_key.settings_changed') {
  return store.change(id, { quota: null, decide: () => ({ write, audit: [draft(type, id)] }) })
}

class LimitReached extends Error {}

const newOwner = (): Owner => aKey().owner

/**
 * Tests a store against the contract of `KeyStore`. Call it at the top of a Vitest file, with a real database.
 *
 * @example
 * ```ts
 * testKeyStore({ name: 'my store', open: async () => myStore(await openDatabase()) })
 * ```
 *
 * @throws {@link InvalidOptions} when a field is unknown.
 */
export function testKeyStore(harness: StoreHarness): void {
  checkNames(harness, harnessNames)
  const { name, open } = harness
  describe(`${name}: KeyStore`, () => {
    describe('insert and find', () => {
      it("returns every field that was written, and the store's time", async () => {
        const store = await open()
        const key = aKey()
        const before = await store.now()
        const inserted = await insert(store, key)
        const after = await store.now()
        const expected = {
          ...key,
          status: 'active',
          disabledAt: null,
          disabledBy: null,
          disabledReason: null,
          locked: false,
          revokedAt: null,
          revokedReason: null,
          deletedAt: null,
          lastUsedAt: null,
          version: 1,
          damaged: [],
          createdAt: expect.any(Date),
          updatedAt: expect.any(Date),
        }
        expect(inserted).toEqual(expected)
        const found = await store.find(key.id)
        expect(found?.record).toEqual(inserted)
        expect(found?.record.updatedAt).toEqual(found?.record.createdAt)
        expect(inserted?.createdAt.getTime()).toBeGreaterThanOrEqual(before.getTime())
        expect(inserted?.createdAt.getTime()).toBeLessThanOrEqual(after.getTime())
        expect(Object.hasOwn(levelsOf(found?.record), '__proto__')).toBe(true)
      })

      it('keeps the date that an imported key had elsewhere, and its own for the change', async () => {
        const store = await open()
        const createdAt = new Date(Date.UTC(2019, 4, 6))
        const key = { ...aKey(), createdAt }
        const before = await store.now()
        expect((await insert(store, key))?.createdAt).toEqual(createdAt)
        const found = await store.find(key.id)
        expect(found?.record.createdAt).toEqual(createdAt)
        expect(found?.record.updatedAt.getTime()).toBeGreaterThanOrEqual(before.getTime())
      })

      it('returns a key with only the required fields', async () => {
        const store = await open()
        const bare = aKey({
          environment: null,
          description: null,
          owner: { type: 'organization', id: 'org-bare' },
          grants: { scopes: [], roles: [], resources: {} },
          preset: null,
          tags: [],
          metadata: {},
          expiresAt: null,
          ipAllowList: null,
          rateLimits: null,
          binding: null,
          previousHash: null,
          previousHashExpiresAt: null,
          lookupDigest: null,
          sealed: null,
        })
        const inserted = await insert(store, bare)
        expect(inserted).toMatchObject(bare)
        expect((await store.find(bare.id))?.record).toEqual(inserted)
      })

      it('finds nothing by an unknown id, or by an id in another letter case', async () => {
        const store = await open()
        const key = aKey({ id: `Case${Date.now() % 1e8}` })
        await insert(store, key)
        expect(await store.find('nobody000000')).toBeNull()
        expect(await store.find(key.id.toUpperCase())).toBeNull()
        expect(await store.find('')).toBeNull()
      })

      it('leaves a key unchanged, version included, when the write is empty', async () => {
        const store = await open()
        const key = aKey()
        const inserted = await insert(store, key)
        const found = await change(store, key.id, {}, 'api_key.revealed')
        expect(found?.record).toEqual(inserted)
        expect((await store.find(key.id))?.record).toEqual(inserted)
        expect((await auditOf(store, organizationOf(key.owner))).map(({ type }) => type)).toContain('api_key.revealed')
      })

      it("returns records that a caller's changes do not change", async () => {
        const store = await open()
        const key = aKey()
        await insert(store, key)
        const first = await store.find(key.id)
        const changes = [
          () => first?.record.expiresAt?.setTime(0),
          () => Object.assign(first?.record.grants ?? {}, { scopes: ['*'] }),
        ]
        for (const change of changes) {
          try {
            change()
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError) // a frozen one cannot be changed at all
          }
        }
        expect((await store.find(key.id))?.record).toMatchObject({ expiresAt: key.expiresAt, grants: key.grants })
      })

      it('refuses a taken id, and writes neither key nor audit record', async () => {
        const store = await open()
        const key = aKey()
        await insert(store, key)
        const other = aKey({ id: key.id })
        expect(await insert(store, other)).toBeNull()
        expect((await store.find(key.id))?.record.name).toBe(key.name)
        expect(await auditOf(store, organizationOf(other.owner))).toEqual([])
      })

      it('refuses a taken lookup digest', async () => {
        const store = await open()
        const key = aKey()
        await insert(store, key)
        const other = aKey({ lookupDigest: key.lookupDigest })
        expect(await insert(store, other)).toBeNull()
        expect(await store.find(other.id)).toBeNull()
      })

      it('writes nothing when the decision throws', async () => {
        const store = await open()
        const key = aKey()
        const refused = store.insert({
          id: key.id,
          organizationId: organizationOf(key.owner),
          quota: null,
          decide: () => {
            throw new LimitReached()
          },
        })
        await expect(refused).rejects.toBeInstanceOf(LimitReached)
        expect(await store.find(key.id)).toBeNull()
      })

      it('finds an imported key by any of its digests', async () => {
        const store = await open()
        const key = aKey()
        await insert(store, key)
        const found = await store.findByLookupDigest(['sha256:unknown', key.lookupDigest ?? ''])
        expect(found?.record.id).toBe(key.id)
        expect(await store.findByLookupDigest(['sha256:unknown'])).toBeNull()
        expect(await store.findByLookupDigest([])).toBeNull()
      })
    })

    describe('change', () => {
      it('writes the given fields, counts the change, and keeps all other fields', async () => {
        const store = await open()
        const key = aKey()
        const inserted = await insert(store, key)
        const write: KeyChanges = {
          name: 'renamed',
          expiresAt: null,
          status: 'disabled',
          disabledAt: new Date(1_700_000_000_123),
          disabledBy: { type: 'user', id: 'tester' },
          disabledReason: 'seen in a log',
          locked: true,
        }
        const changed = await change(store, key.id, write)
        expect(changed?.record).toEqual({ ...inserted, ...write, version: 2, updatedAt: changed?.record.updatedAt })
        expect((await store.find(key.id))?.record).toEqual(changed?.record)
      })

      const fields: KeyChanges = {
        name: 'other',
        description: null,
        grants: { scopes: ['*'], roles: [], resources: {} },
        preset: null,
        tags: ['other', 'Übrig'],
        metadata: { other: 1 },
        expiresAt: new Date(32_503_680_000_001),
        ipAllowList: [],
        rateLimits: null,
        environment: null,
        preview: 'other…',
        status: 'revoked',
        disabledAt: new Date(1),
        disabledBy: { type: 'key', id: 'disabler' },
        disabledReason: 'why',
        locked: true,
        revokedAt: new Date(2),
        revokedReason: 'because',
        deletedAt: new Date(3),
        hash: null,
        previousHash: null,
        previousHashExpiresAt: null,
        lookupDigest: null,
        sealed: null,
      }
      it.each(Object.keys(fields) as (keyof KeyChanges)[])('writes %s only', async (field) => {
        const store = await open()
        const key = aKey()
        const inserted = await insert(store, key)
        const changed = await change(store, key.id, { [field]: fields[field] })
        expect(changed?.record).toEqual({
          ...inserted,
          [field]: fields[field],
          version: 2,
          updatedAt: changed?.record.updatedAt,
        })
        expect((await store.find(key.id))?.record).toEqual(changed?.record)
      })

      it('returns null for an unknown id, without asking for a decision', async () => {
        const store = await open()
        let asked = false
        const answer = await store.change('nobody000000', {
          quota: null,
          decide: () => {
            asked = true
            return null
          },
        })
        expect(answer).toBeNull()
        expect(asked).toBe(false)
      })

      it('changes nothing when the decision is null or throws', async () => {
        const store = await open()
        const key = aKey()
        const inserted = await insert(store, key)
        expect((await store.change(key.id, { quota: null, decide: () => null }))?.record).toEqual(inserted)
        const refused = store.change(key.id, {
          quota: null,
          decide: () => {
            throw new LimitReached()
          },
        })
        await expect(refused).rejects.toBeInstanceOf(LimitReached)
        expect((await store.find(key.id))?.record).toEqual(inserted)
        expect(await auditOf(store, organizationOf(key.owner))).toHaveLength(1)
      })

      it('lets one of many concurrent revokes win, for each decision sees what the one before it left', async () => {
        const store = await open()
        const key = aKey()
        await insert(store, key)
        // What each decided when it was last asked: where writers meet at the commit, those that lose are asked again.
        const winners = new Set<number>()
        await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            store.change(key.id, {
              quota: null,
              decide: (record) => {
                winners.delete(index)
                if (record.status === 'revoked') return null
                winners.add(index)
                return {
                  write: { status: 'revoked', revokedReason: String(index) },
                  audit: [draft('api_key.revoked', key.id)],
                }
              },
            }),
          ),
        )
        const record = (await store.find(key.id))?.record
        expect(record?.version).toBe(2)
        expect([...winners].map(String)).toEqual([record?.revokedReason])
        expect(await auditOf(store, organizationOf(key.owner))).toHaveLength(2)
      })

      it('loses none of many concurrent changes to one key', async () => {
        const store = await open()
        const key = aKey({ metadata: { count: 0 } })
        await insert(store, key)
        await Promise.all(
          Array.from({ length: 25 }, () =>
            store.change(key.id, {
              quota: null,
              decide: (record) => ({
                write: { metadata: { count: Number(record.metadata.count) + 1 } },
                audit: [draft('api_key.settings_changed', key.id)],
              }),
            }),
          ),
        )
        const record = (await store.find(key.id))?.record
        expect(record?.metadata).toEqual({ count: 25 })
        expect(record?.version).toBe(26)
      })
    })

    describe('quota', () => {
      it('counts active and disabled keys that have not expired, and no other keys', async () => {
        const store = await open()
        const owner = newOwner()
        const now = await store.now()
        const mine = async (changes: KeyChanges) => {
          const key = aKey({ owner, expiresAt: null })
          await insert(store, key)
          await change(store, key.id, changes)
          return key
        }
        await mine({})
        await mine({ status: 'disabled' })
        await mine({ status: 'revoked' })
        await mine({ status: 'deleted' })
        await mine({ expiresAt: new Date(now.getTime() - 1) })
        await mine({ expiresAt: new Date(now.getTime() + 3_600_000) })
        await insert(store, aKey({ owner: { ...owner, id: 'somebody-else' } as Owner, expiresAt: null }))
        const usedBy = async (quota: QuotaScope, id = 'nobody000000') => {
          let used = -1
          const probe = aKey({ owner, id })
          await store
            .insert({
              id,
              organizationId: organizationOf(probe.owner),
              quota,
              decide: (context) => {
                used = context.used
                throw new LimitReached()
              },
            })
            .catch(() => {})
          return used
        }
        expect(await usedBy({ owner })).toBe(3)
        expect(await usedBy({ organizationId: organizationOf(owner) })).toBe(4)
        expect(await usedBy({ organizationId: 'an-empty-organisation' })).toBe(0)
      })

      it('does not count the key that is being changed', async () => {
        const store = await open()
        const owner = newOwner()
        const key = aKey({ owner, expiresAt: null })
        await insert(store, key)
        await insert(store, aKey({ owner, expiresAt: null }))
        let used = -1
        await store.change(key.id, {
          quota: { organizationId: organizationOf(owner) },
          decide: (_record, context) => {
            used = context.used
            return null
          },
        })
        expect(used).toBe(1)
      })

      it('lets exactly 3 of 50 concurrent inserts through at limit 3 (LIM-2)', async () => {
        const store = await open()
        const owner = newOwner()
        const quota = { organizationId: organizationOf(owner) }
        const outcomes = await Promise.allSettled(
          Array.from({ length: 50 }, () => insert(store, aKey({ owner, expiresAt: null }), quota, 3)),
        )
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
        expect(refused.every(({ reason }) => reason instanceof LimitReached)).toBe(true)
        expect(refused).toHaveLength(47)
        const { records } = await store.list({ owner, limit: 100 })
        expect(records).toHaveLength(3)
        expect(await auditOf(store, organizationOf(owner))).toHaveLength(3)
      })
    })

    describe('replaceHash', () => {
      it('replaces the hash that it was given, and changes nothing else', async () => {
        const store = await open()
        const key = aKey()
        const inserted = await insert(store, key)
        const from = { hash: key.hash ?? '', lookupDigest: key.lookupDigest }
        expect(await store.replaceHash(key.id, from, { hash: 'new', lookupDigest: null })).toBe(true)
        expect((await store.find(key.id))?.record).toEqual({ ...inserted, hash: 'new', lookupDigest: null })
        expect(await store.replaceHash(key.id, from, { hash: 'newer', lookupDigest: null })).toBe(false)
        expect(await store.replaceHash('nobody000000', from, { hash: 'new', lookupDigest: null })).toBe(false)
        expect((await store.find(key.id))?.record.hash).toBe('new')
      })

      it('lets one of two concurrent replacements win', async () => {
        const store = await open()
        const key = aKey({ lookupDigest: null })
        await insert(store, key)
        const from = { hash: key.hash ?? '', lookupDigest: null }
        const won = await Promise.all(
          ['a', 'b', 'c'].map((hash) => store.replaceHash(key.id, from, { hash, lookupDigest: null })),
        )
        expect(won.filter(Boolean)).toHaveLength(1)
      })

      it('does not undo a concurrent change (CONS-14)', async () => {
        const store = await open()
        const key = aKey()
        await insert(store, key)
        const from = { hash: key.hash ?? '', lookupDigest: key.lookupDigest }
        const revoked: KeyChanges = { status: 'revoked', revokedReason: 'leaked', revokedAt: new Date(2), sealed: null }
        const [replaced] = await Promise.all([
          store.replaceHash(key.id, from, { ...from, hash: 'new' }),
          change(store, key.id, revoked, 'api_key.revoked'),
        ])
        expect(replaced).toBe(true)
        expect((await store.find(key.id))?.record).toMatchObject({ ...revoked, hash: 'new' })
      })
    })

    describe('checkValue', () => {
      it('keeps the first value under a name, whatever comes after it', async () => {
        const store = await open()
        const name = `Check ${crypto.randomUUID()}`
        expect(await store.checkValue(name, 'first')).toBe('first')
        expect(await store.checkValue(name, 'second')).toBe('first')
        expect(await store.checkValue(name, 'first')).toBe('first')
        expect(await store.checkValue(name.toLowerCase(), 'other')).toBe('other')
        const long = `${name}${'n'.repeat(128)}`.slice(0, 128)
        expect(await store.checkValue(long, 'v'.repeat(128))).toBe('v'.repeat(128))
      })

      it('keeps one value when several come at once (HASH-13)', async () => {
        const store = await open()
        const name = `check ${crypto.randomUUID()}`
        const kept = await Promise.all(['a', 'b', 'c', 'd'].map((value) => store.checkValue(name, value)))
        expect(new Set(kept).size).toBe(1)
        expect(['a', 'b', 'c', 'd']).toContain(await store.checkValue(name, 'e'))
      })
    })

    describe('list', () => {
      const ids = (page: { records: readonly KeyRecord[] }) => page.records.map(({ id }) => id)

      it('returns the newest first, in pages that neither repeat nor skip while keys are inserted (HTTP-17)', async () => {
        const store = await open()
        const owner = newOwner()
        const made: string[] = []
        for (let count = 0; count < 7; count += 1) {
          const key = aKey({ owner })
          await insert(store, key)
          made.push(key.id)
        }
        const seen: string[] = []
        let after: { createdAt: Date; id: string } | undefined
        for (;;) {
          const page = await store.list({ owner, limit: 3, ...(after === undefined ? {} : { after }) })
          seen.push(...ids(page))
          const last = page.records.at(-1)
          if (last === undefined) break
          after = { createdAt: last.createdAt, id: last.id }
          await insert(store, aKey({ owner }))
        }
        expect(new Set(seen).size).toBe(seen.length)
        expect([...seen].sort()).toEqual([...made].sort())
        const whole = await store.list({ owner, limit: 100 })
        const times = whole.records.map(({ createdAt }) => createdAt.getTime())
        expect(times).toEqual([...times].sort((a, b) => b - a))

        const oldest = await store.list({ owner, order: 'asc', limit: 100 })
        expect(ids(oldest)).toEqual(ids(whole).reverse())
        const [, second] = oldest.records
        if (second === undefined) throw new Error('The keys are missing.')
        const rest = await store.list({ owner, order: 'asc', after: second, limit: 100 })
        expect(ids(rest)).toEqual(ids(oldest).slice(2))
      })

      it('has the keys of this creator alone, and pages of them', async () => {
        const store = await open()
        const owner = newOwner()
        const robot = { type: 'key', id: 'robotrobot01' } as const
        const made: string[] = []
        for (const createdBy of [
          robot,
          { type: 'user', id: robot.id },
          robot,
          { type: 'key', id: 'ROBOTROBOT01' },
          robot,
        ] as const) {
          const key = aKey({ owner, createdBy, expiresAt: null })
          await insert(store, key)
          if (createdBy === robot) made.push(key.id)
        }
        const whole = await store.list({ owner, createdBy: robot, order: 'asc', limit: 100 })
        expect(ids(whole).sort()).toEqual([...made].sort())
        const [first] = whole.records
        if (first === undefined) throw new Error('The keys are missing.')
        expect(ids(await store.list({ owner, createdBy: robot, order: 'asc', after: first, limit: 1 }))).toEqual(
          ids(whole).slice(1, 2),
        )
        expect(ids(await store.list({ owner, createdBy: robot, status: 'revoked', limit: 100 }))).toEqual([])
        expect(ids(await store.list({ owner: newOwner(), createdBy: robot, limit: 100 }))).toEqual([])
      })

      it('filters by organisation, by owner and by status', async () => {
        const store = await open()
        const owner = newOwner()
        const now = await store.now()
        const other: Owner = { ...owner, id: 'a-colleague' } as Owner
        const made = async (of: Owner, changes: KeyChanges) => {
          const key = aKey({ owner: of, expiresAt: null })
          await insert(store, key)
          await change(store, key.id, changes)
          return key.id
        }
        const active = await made(owner, {})
        const disabled = await made(owner, { status: 'disabled' })
        const revoked = await made(owner, { status: 'revoked' })
        const expired = await made(owner, { expiresAt: new Date(now.getTime() - 1) })
        const deleted = await made(owner, { status: 'deleted' })
        const theirs = await made(other, {})
        const organizationId = organizationOf(owner)
        const all = ids(await store.list({ organizationId, limit: 100 }))
        expect(all.sort()).toEqual([active, disabled, revoked, expired, theirs].sort())
        expect(all).not.toContain(deleted)
        expect(ids(await store.list({ owner, limit: 100 })).sort()).toEqual([active, disabled, revoked, expired].sort())
        expect(ids(await store.list({ owner, status: 'active', limit: 100 }))).toEqual([active])
        expect(ids(await store.list({ owner, status: 'disabled', limit: 100 }))).toEqual([disabled])
        expect(ids(await store.list({ owner, status: 'revoked', limit: 100 }))).toEqual([revoked])
        expect(ids(await store.list({ owner, status: 'expired', limit: 100 }))).toEqual([expired])
        expect(ids(await store.list({ organizationId: 'an-empty-organisation', limit: 100 }))).toEqual([])
        const impostor: Owner = { type: 'organization', id: owner.id }
        expect(ids(await store.list({ owner: impostor, limit: 100 }))).toEqual([])
      })
    })

    describe('audit', () => {
      it('changes nothing when the audit record cannot be written (AUD-2)', async () => {
        const store = await open()
        const key = aKey()
        const organizationId = organizationOf(key.owner)
        // NaN has no canonical form, so the chain cannot contain it.
        const unwritable = draft('api_key.created', key.id, { limit: Number.NaN })
        const decide = () => ({ write: key, audit: [unwritable] })
        await expect(store.insert({ id: key.id, organizationId, quota: null, decide })).rejects.toThrow()
        expect(await store.find(key.id)).toBeNull()

        const inserted = await insert(store, key)
        const rename = { quota: null, decide: () => ({ write: { name: 'renamed' }, audit: [unwritable] }) }
        await expect(store.change(key.id, rename)).rejects.toThrow()
        expect((await store.find(key.id))?.record).toEqual(inserted)
        expect(await auditOf(store, organizationId)).toHaveLength(1)
      })

      it("chains an organisation's records without gaps under concurrent changes (AUD-4)", async () => {
        const store = await open()
        const owner = newOwner()
        const organizationId = organizationOf(owner)
        const keys = Array.from({ length: 5 }, () => aKey({ owner, expiresAt: null }))
        await Promise.all(keys.map((key) => insert(store, key)))
        await Promise.all(
          Array.from({ length: 20 }, (_, index) => change(store, keys[index % 5]?.id ?? '', { name: `name ${index}` })),
        )
        const records = await auditOf(store, organizationId)
        expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
        let head = emptyChain
        for (const record of records) {
          const [again] = linkAudit(head, organizationId, [record], record.at)
          expect(again?.hash).toBe(record.hash)
          head = record
        }
        expect(auditEvent(records[0] ?? failure())).toMatchObject({ seq: 1, tenant: organizationId, actor })
      })

      it('keeps the records of organisations apart, and filters by key', async () => {
        const store = await open()
        const mine = aKey()
        const theirs = aKey()
        await insert(store, mine)
        await insert(store, theirs)
        await change(store, mine.id, { name: 'renamed' })
        const records = await auditOf(store, organizationOf(mine.owner))
        expect(records.map(({ type, keyId }) => [type, keyId])).toEqual([
          ['api_key.created', mine.id],
          ['api_key.settings_changed', mine.id],
        ])
        expect(records[0]).toMatchObject({ actor, context: { requestId: 'r-1', ip: '203.0.113.7' }, data: {} })
        const organizationId = organizationOf(mine.owner)
        expect(await store.listAudit({ organizationId, keyId: theirs.id, order: 'asc', limit: 10 })).toEqual([])
        expect(await store.listAudit({ organizationId, order: 'asc', after: 1, limit: 10 })).toEqual(records.slice(1))
        expect(await store.listAudit({ organizationId, order: 'asc', limit: 1 })).toEqual(records.slice(0, 1))
      })
    })

    testAuditLog(open)
    testRepeatedRequests(open)
    testLists(open)
    testUse(open)
    testPreviousUse(open)
    testRetention(open)
    testNotices(open)
    testBudgets(open)
    testTransfers(open)
    testRotations(open)
  })
}

function auditOf(store: KeyStore, organizationId: string) {
  return store.listAudit({ organizationId, order: 'asc', limit: 1_000 })
}

function levelsOf(record: KeyRecord | undefined): Readonly<Record<string, string>> {
  const board = record?.grants.resources.board
  return board?.mode === 'specific' ? board.levels : {}
}

function failure(): never {
  throw new Error('The chain is empty.')
}

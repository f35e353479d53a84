import type { Actor, AuditDraft, AuditType } from '@keywright/core'
import { type AuditKey, emptyChain, type KeyStore, linkAudit, organizationOf } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'

const admin: Actor = { type: 'user', id: 'admin' }
const draft = (type: AuditType, keyId: string | null, actor: Actor = admin): AuditDraft => ({
  type,
  actor,
  keyId,
  context: {},
  data: {},
})

let count = 0

/** The tests of a key store for audit records that do not belong to a change of a key. */
export function testAuditLog(open: () => Promise<KeyStore>): void {
  describe('audit log', () => {
    const filled = async () => {
      const store = await open()
      count += 1
      const organizationId = `audited-${Date.now()}-${count}`
      await store.appendAudit(organizationId, [draft('api_key.created', 'k1'), draft('api_key.disabled', 'k1')])
      await store.appendAudit(organizationId, [draft('api_key.created', 'k2', { type: 'key', id: 'k1' })])
      await store.appendAudit(organizationId, [draft('audit.exported', null)])
      const seqs = async (query: Partial<Parameters<KeyStore['listAudit']>[0]>) =>
        (await store.listAudit({ organizationId, order: 'asc', limit: 100, ...query })).map(({ seq }) => seq)
      return { store, organizationId, seqs }
    }

    it('appends records that belong to no change, and returns the end of the chain', async () => {
      const { store, organizationId } = await filled()
      const records = await store.listAudit({ organizationId, order: 'asc', limit: 100 })
      expect(records.map(({ seq, type, keyId }) => [seq, type, keyId])).toEqual([
        [1, 'api_key.created', 'k1'],
        [2, 'api_key.disabled', 'k1'],
        [3, 'api_key.created', 'k2'],
        [4, 'audit.exported', null],
      ])
      expect(await store.auditHead(organizationId)).toEqual({ seq: 4, hash: records[3]?.hash })
      expect(await store.auditHead('an-empty-organisation')).toEqual(emptyChain)
    })

    it('filters in both directions', async () => {
      const { store, organizationId, seqs } = await filled()
      const [first] = await store.listAudit({ organizationId, order: 'asc', limit: 1 })
      const at = first?.at ?? new Date(NaN)
      expect(await seqs({ order: 'desc' })).toEqual([4, 3, 2, 1])
      expect(await seqs({ order: 'desc', after: 3, limit: 1 })).toEqual([2])
      expect(await seqs({ after: 2 })).toEqual([3, 4])
      expect(await seqs({ keyId: 'k1' })).toEqual([1, 2])
      expect(await seqs({ type: 'api_key.created' })).toEqual([1, 3])
      expect(await seqs({ actor: { type: 'key', id: 'k1' } })).toEqual([3])
      expect(await seqs({ actor: { type: 'user', id: 'k1' } })).toEqual([])
      expect(await seqs({ to: at })).toEqual([])
      expect(await seqs({ from: at, to: new Date(at.getTime() + 3_600_000) })).toEqual([1, 2, 3, 4])
    })

    it('chains with the audit key when one is given, and names it in the record (AUD-6, AUD-10)', async () => {
      const store = await open()
      const key = aKey()
      const organizationId = organizationOf(key.owner)
      const keys = ['a1', 'a2', 'a3'].map((id, at) => ({ id, secret: new Uint8Array(32).fill(at + 1) }))
      const [first, second, third] = keys
      const audit = [draft('api_key.created', key.id)]
      await store.appendAudit(organizationId, audit)
      const decideInsert = () => ({ write: key, audit })
      await store.insert({ id: key.id, organizationId, quota: null, auditKey: first, decide: decideInsert })
      await store.change(key.id, { quota: null, auditKey: second, decide: () => ({ write: {}, audit }) })
      await store.appendAudit(organizationId, audit, third)

      const records = await store.listAudit({ organizationId, order: 'asc', limit: 10 })
      expect(records.map(({ auditKeyId }) => auditKeyId)).toEqual([null, 'a1', 'a2', 'a3'])
      let head = emptyChain
      for (const [at, record] of records.entries()) {
        const hashOf = (by?: AuditKey) => linkAudit(head, organizationId, [record], record.at, by)[0]?.hash
        expect(record.hash).toBe(hashOf(keys[at - 1]))
        expect(record.hash).not.toBe(hashOf(keys[at]))
        head = record
      }
      expect(await store.auditHead(organizationId)).toEqual({ seq: 4, hash: head.hash })
    })
  })
}

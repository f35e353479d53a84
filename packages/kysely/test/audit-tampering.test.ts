import type { AuditCheckpoint, AuditDraft, AuditKeyRing, AuditRecord, AuditVerdict } from '@keywright/core'
import { auditEvent, emptyChain, linkAudit } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { input, owner } from './keyring-over.js'
import { securedKeyring } from './secured-keyring.js'
import { type Connection, sqliteFile } from './sqlite-file.js'

const { organizationId } = owner
const ring = { current: 'a1', keys: { a1: Buffer.alloc(32, 3), a2: Buffer.alloc(32, 4) } }
type Raw = Connection['raw']

/** A log of six records, without its triggers, which the owner of a database can drop; and the checkpoint after the fourth. */
async function openLog(auditKeys?: AuditKeyRing) {
  const { db, raw } = sqliteFile().open()
  await migrateToLatest(db)
  const store = kyselyStore(db)
  const keyring = securedKeyring(store, auditKeys === undefined ? {} : { auditKeys })
  const actor = { type: 'user', id: 'admin' } as const
  const { key } = await keyring.create(input, { actor, context: { requestId: 'r1', ip: '203.0.113.7' } })
  await keyring.update(key.id, { name: 'renamed' }, { actor })
  await keyring.disable(key.id, {}, { actor })
  await keyring.enable(key.id, { actor })
  const checkpoint = checkpointOf(await keyring.audit.verify({ organizationId }))
  await keyring.rotate(key.id, {}, { actor })
  await keyring.revoke(key.id, { reason: 'left the company' }, { actor })
  await keyring.create({ ...input, owner: { ...owner, organizationId: 'org2' } })
  for (const verb of ['update', 'delete', 'replace']) raw.exec(`drop trigger api_key_audit_no_${verb}`)
  const verify = (more: { checkpoint?: AuditCheckpoint; sinceCheckpoint?: boolean } = {}) =>
    keyring.audit.verify({ organizationId, ...more })
  return { raw, store, keyring, checkpoint, verify }
}

function checkpointOf(verdict: AuditVerdict): AuditCheckpoint {
  if (!verdict.ok) throw new Error(`The log is not whole: ${verdict.problem}`)
  return verdict.checkpoint
}

const set = (assignment: string, seq = 3) =>
  `update api_key_audit set ${assignment} where organization_id = 'org1' and seq = ${seq}`
const inText = (from: string, to: string) => set(`event = replace(event, '${from}', '${to}')`)
const swap = (a: number, b: number) => `${set('seq = -1', a)}; ${set(`seq = ${a}`, b)}; ${set(`seq = ${b}`, -1)}`
const deepCopy = (seq: number, as: string) =>
  `insert into api_key_audit select organization_id, ${as}, key_id, type, actor_type, actor_id, at, event, hash
   from api_key_audit where organization_id = 'org1' and seq = ${seq}`
const removeFrom = (seq: number) => `delete from api_key_audit where organization_id = 'org1' and seq >= ${seq}`
const head = (assignment: string) => `update api_key_counters set ${assignment} where organization_id = 'org1'`
const hashOf = (seq: number) => `(select hash from api_key_audit where organization_id = 'org1' and seq = ${seq})`

const altered = (seq: number) => ({ ok: false, problem: 'altered', seq })
const missing = (seq: number) => ({ ok: false, problem: 'missing', seq })
const truncated = (seq: number) => ({ ok: false, problem: 'truncated', seq })
const unknownKey = (seq: number) => ({ ok: false, problem: 'unknown_key', seq })
const rewritten = (seq: number) => ({ ok: false, problem: 'rewritten', seq })

describe('audit.verify (AUD-5, T37)', () => {
  it('passes a log that was not changed', async () => {
    const { verify, checkpoint } = await openLog()
    expect(await verify()).toMatchObject({ ok: true, checkpoint: { seq: 6 } })
    expect(await verify({ checkpoint })).toMatchObject({ ok: true })
    expect(await verify({ checkpoint, sinceCheckpoint: true })).toMatchObject({ ok: true })
  })

  it.each([
    ['organization_id', set(`organization_id = 'org9'`), missing(3)],
    ['seq, beyond the end', set('seq = 9'), missing(3)],
    ['key_id', set(`key_id = 'other'`), altered(3)],
    ['key_id, erased', set('key_id = null'), altered(3)],
    ['type', set(`type = 'api_key.enabled'`), altered(3)],
    ['actor_type', set(`actor_type = 'system'`), altered(3)],
    ['actor_id', set(`actor_id = 'nobody'`), altered(3)],
    ['at', set('at = at + 1'), altered(3)],
    ['at, to no instant', set(`at = 'never'`), altered(3)],
    ['at, beyond all instants', set('at = 9000000000000000'), altered(3)],
    ['hash', set(`hash = '${'0'.repeat(64)}'`), altered(3)],
    ['hash, to none', set(`hash = 'none'`), altered(3)],
    ['event: seq', inText('"seq":3', '"seq":4'), altered(3)],
    ['event: type', inText('disabled', 'enabled'), altered(3)],
    ['event: tenant', inText('org1', 'org2'), altered(3)],
    ['event: actor', inText('admin', 'nobody'), altered(3)],
    ['event: target', inText('"target":{"id":"', '"target":{"id":"x'), altered(3)],
    ['event: at', inText('"at":"2', '"at":"1'), altered(3)],
    ['event: data', inText('"data":{', '"data":{"more":1'), altered(3)],
    ['event: a space', inText('"seq":3', '"seq": 3'), altered(3)],
    ['event: a field of its own', inText('"seq":3', '"seq":3,"more":1'), altered(3)],
    ['event, to what is no JSON', set(`event = 'x'`), altered(3)],
    ['event, to JSON of another kind', set(`event = 'null'`), altered(3)],
    ['event, to half a character', inText('"data":{', '"data":{"more":"\\ud800"'), altered(3)],
    ['event, to bytes', set(`event = x'00ff'`), altered(3)],
    ['the context of a record', set(`event = replace(event, '203.0.113.7', '203.0.113.8')`, 1), altered(1)],
    ['the data of a record', set(`event = replace(event, 'renamed', 'as it was')`, 2), altered(2)],
    ['the last record', set(`actor_id = 'nobody'`, 6), altered(6)],
  ])('finds an edit of %s', async (_what, statement, verdict) => {
    const { raw, verify, keyring } = await openLog()
    raw.exec(statement)
    expect(await verify()).toEqual(verdict)
    // A changed record must not keep the log from being read and exported.
    expect((await keyring.audit.list({ organizationId })).records.length).toBeGreaterThan(4)
    for (const format of ['csv', 'jsonl'] as const) {
      let lines = 0
      for await (const _ of keyring.audit.export({ organizationId, format })) lines += 1
      expect(lines).toBeGreaterThan(5)
    }
  })

  it.each([
    ['the first record', `delete from api_key_audit where organization_id = 'org1' and seq = 1`, missing(1)],
    ['a record in the middle', `delete from api_key_audit where seq = 3`, missing(3)],
    ['the last record', removeFrom(6), truncated(5)],
    ['the end', removeFrom(3), truncated(2)],
    ['all records', removeFrom(0), truncated(0)],
    [
      'a record, with those after it moved up',
      `delete from api_key_audit where seq = 3; ${[4, 5, 6].map((seq) => set(`seq = ${seq - 1}`, seq)).join(';')}`,
      altered(3),
    ],
    ['the end, with the number of the head', `${removeFrom(5)}; ${head('audit_seq = 4')}`, rewritten(4)],
  ])('finds the deletion of %s', async (_what, statements, verdict) => {
    const { raw, verify } = await openLog()
    raw.exec(statements)
    expect(await verify()).toEqual(verdict)
  })

  it.each([
    ['two neighbours', swap(2, 3), altered(2)],
    ['the first and the last', swap(1, 6), altered(1)],
    ['two, with their texts in place', `${swap(2, 3)}; ${inText('"seq":2', '"seq":3')}`, altered(2)],
  ])('finds a change of order: %s', async (_what, statements, verdict) => {
    const { raw, verify } = await openLog()
    raw.exec(statements)
    expect(await verify()).toEqual(verdict)
  })

  it.each([
    ['before the beginning', deepCopy(1, '0'), altered(0)],
    ['long before the beginning', deepCopy(1, '-7'), altered(-7)],
    ['between two records', deepCopy(2, '2.5'), altered(2.5)],
    ['in place of one', `delete from api_key_audit where seq = 3; ${deepCopy(2, '3')}`, altered(3)],
    ['at the end', deepCopy(6, '7'), altered(7)],
    ['beyond the end', deepCopy(6, '99'), altered(7)],
    ['at the end, with the number of the head', `${deepCopy(6, '7')}; ${head('audit_seq = 7')}`, altered(7)],
    [
      'from another organisation',
      `update api_key_audit set organization_id = 'org1', seq = 7 where organization_id = 'org2'`,
      altered(7),
    ],
  ])('finds an insertion %s', async (_what, statements, verdict) => {
    const { raw, verify } = await openLog()
    raw.exec(statements)
    expect(await verify()).toEqual(verdict)
  })

  it.each([
    ['moved on', head('audit_seq = 7'), truncated(6)],
    ['moved back', head('audit_seq = 5'), rewritten(5)],
    ['moved back, hash and all', head(`audit_seq = 5, audit_hash = ${hashOf(5)}`), altered(6)],
    ['of another hash', head(`audit_hash = '${'0'.repeat(64)}'`), rewritten(6)],
    ['that is not a number', head(`audit_seq = 'six'`), rewritten(0)],
    ['that is gone', `delete from api_key_counters`, altered(1)],
  ])('finds a head %s', async (_what, statement, verdict) => {
    const { raw, verify } = await openLog()
    raw.exec(statement)
    expect(await verify()).toEqual(verdict)
  })
})

describe('audit.verify, of a log that was truncated together with its head', () => {
  const cutAt = (seq: number) => `${removeFrom(seq + 1)}; ${head(`audit_seq = ${seq}, audit_hash = ${hashOf(seq)}`)}`

  it('passes the log unless an external checkpoint is given', async () => {
    const { raw, verify, keyring, checkpoint } = await openLog()
    const kept = checkpointOf(await verify())
    raw.exec(cutAt(4))
    expect(await verify()).toEqual({ ok: true, complete: true, checkpoint })
    expect(await verify({ checkpoint: kept })).toEqual(truncated(4))
    expect(await verify({ checkpoint: kept, sinceCheckpoint: true })).toEqual(truncated(4))
    // Filling the log up again does not help the attacker.
    await keyring.create(input)
    await keyring.create(input)
    expect(await verify()).toMatchObject({ ok: true, checkpoint: { seq: 6 } })
    expect(await verify({ checkpoint: kept })).toEqual(rewritten(6))
    expect(await verify({ checkpoint: kept, sinceCheckpoint: true })).toEqual(rewritten(6))
  })

  it('passes the log with a checkpoint at its new end', async () => {
    const { raw, verify, checkpoint } = await openLog()
    raw.exec(cutAt(4))
    for (const sinceCheckpoint of [false, true]) {
      expect(await verify({ checkpoint, sinceCheckpoint })).toEqual({ ok: true, complete: true, checkpoint })
    }
  })
})

describe('audit.verify, of a chain that was rewritten from a record on', () => {
  /** Changes the actor and removes the key of each record, and makes every hash and the head agree, as anyone with write access can. */
  async function rewriteFrom(first: number, { raw, store }: { raw: Raw; store: ReturnType<typeof kyselyStore> }) {
    const records = await store.listAudit({ organizationId, order: 'asc', limit: 100 })
    let before = records.find(({ seq }) => seq === first - 1) ?? emptyChain
    for (const record of records.filter(({ seq }) => seq >= first)) {
      const draft: AuditDraft = { ...record, actor: { type: 'user', id: 'somebody' } }
      const [forged] = linkAudit(before, organizationId, [draft], record.at)
      before = write(raw, forged ?? expect.unreachable())
    }
    raw.exec(head(`audit_hash = '${before.hash}'`))
  }

  function write(raw: Raw, record: AuditRecord): AuditRecord {
    raw
      .prepare(`update api_key_audit set actor_id = ?, event = ?, hash = ? where organization_id = ? and seq = ?`)
      .run([record.actor.id, JSON.stringify(auditEvent(record)), record.hash, organizationId, record.seq])
    return record
  }

  it.each([1, 3, 6])(
    '(%i) passes it without an audit key, unless a later external checkpoint is given',
    async (first) => {
      const log = await openLog()
      const last = checkpointOf(await log.verify())
      await rewriteFrom(first, log)
      expect(await log.verify()).toMatchObject({ ok: true, checkpoint: { seq: 6 } })
      expect(await log.verify({ checkpoint: last })).toEqual(rewritten(6))
      expect(await log.verify({ checkpoint: last, sinceCheckpoint: true })).toEqual(rewritten(6))
      const { checkpoint } = log
      expect(await log.verify({ checkpoint })).toMatchObject(first <= 4 ? rewritten(4) : { ok: true })
      expect(await log.verify({ checkpoint, sinceCheckpoint: true })).toMatchObject(
        first <= 4 ? altered(5) : { ok: true },
      )
    },
  )

  it.each([1, 3, 6])('(%i) finds it with an audit key that is not in the database (AUD-6)', async (first) => {
    const log = await openLog(ring)
    expect(await log.verify()).toMatchObject({ ok: true })
    await rewriteFrom(first, log)
    expect(await log.verify()).toEqual(altered(first))
  })

  it('passes a log into which a key was introduced, and says which records need one (AUD-10)', async () => {
    const { store, keyring: plain } = await openLog()
    const introduced = (plainUntil: Date) => securedKeyring(store, { auditKeys: { ...ring, plainUntil } })
    const tomorrow = new Date(Date.now() + 86_400_000)
    await introduced(tomorrow).create(input)
    await plain.create(input)
    await introduced(tomorrow).create(input)
    const verdictOf = (keyring: typeof plain) => keyring.audit.verify({ organizationId })
    expect(await verdictOf(introduced(tomorrow))).toMatchObject({ ok: true, checkpoint: { seq: 9 } })
    expect(await verdictOf(introduced(new Date(0)))).toEqual(altered(1))
    expect(await verdictOf(plain)).toEqual(unknownKey(7))
  })

  it('finds the id of a key that was changed or removed (AUD-10)', async () => {
    for (const [edit, verdict] of [
      [inText('"auditKeyId":"a1"', '"auditKeyId":"a2"'), altered(3)],
      [inText('"auditKeyId":"a1"', '"auditKeyId":"zz"'), unknownKey(3)],
      [inText('"auditKeyId":"a1"', '"auditKeyId":7'), unknownKey(3)],
      [inText('"auditKeyId":"a1"', '"auditKeyId":null'), altered(3)],
      [inText('"auditKeyId":"a1",', ''), altered(3)],
    ] as const) {
      const { raw, verify } = await openLog(ring)
      raw.exec(edit)
      expect(await verify()).toEqual(verdict)
    }
  })
})

describe('audit.verify, from a checkpoint on', () => {
  it('passes without the archived part, and finds changes in the rest (AUD-3)', async () => {
    const { raw, verify, checkpoint } = await openLog()
    raw.exec(`delete from api_key_audit where organization_id = 'org1' and seq <= 4`)
    expect(await verify({ checkpoint, sinceCheckpoint: true })).toMatchObject({ ok: true, checkpoint: { seq: 6 } })
    expect(await verify({ checkpoint })).toEqual(missing(1))
    raw.exec(set(`actor_id = 'nobody'`, 5))
    expect(await verify({ checkpoint, sinceCheckpoint: true })).toEqual(altered(5))
  })

  it('passes when the whole log was archived', async () => {
    const { raw, verify, keyring } = await openLog()
    const checkpoint = checkpointOf(await verify())
    raw.exec(removeFrom(0))
    expect(await verify({ checkpoint, sinceCheckpoint: true })).toEqual({ ok: true, complete: true, checkpoint })
    await keyring.create(input)
    expect(await verify({ checkpoint, sinceCheckpoint: true })).toMatchObject({ ok: true, checkpoint: { seq: 7 } })
  })
})

describe('audit.list, of a record whose text was replaced', () => {
  it('returns the text unchanged as data.altered, along with the other records', async () => {
    const { raw, keyring } = await openLog()
    raw.exec(set(`event = '{"data":{"reason":"forged"}}'`, 6))
    const { records } = await keyring.audit.list({ organizationId, limit: 2 })
    expect(records).toMatchObject([
      { seq: 6, type: 'api_key.revoked', context: {}, data: { altered: '{"data":{"reason":"forged"}}' } },
      { seq: 5, type: 'api_key.rotated' },
    ])
  })
})

describe('the audit table (AUD-3)', () => {
  const row = `'org1', 1, null, 'api_key.created', 'system', 'x', 0, '{}', '00'`

  it.each([
    `update # set actor_id = 'nobody'`,
    `update # set actor_id = 'nobody' where organization_id = 'org1' and seq = 2`,
    `update or replace # set seq = 1 where seq = 2`,
    `delete from #`,
    `delete from # where organization_id = 'org1' and seq = 6`,
    `replace into # values (${row})`,
    `insert or replace into # values (${row})`,
    `insert into # values (${row}) on conflict do update set event = '{}'`,
  ])('refuses: %s', async (statement) => {
    for (const tablePrefix of ['', 'auth_']) {
      const { db, raw } = sqliteFile().open()
      await migrateToLatest(db, { tablePrefix })
      const keyring = securedKeyring(kyselyStore(db, { tablePrefix }))
      for (let made = 0; made < 6; made += 1) await keyring.create(input)
      const before = await keyring.audit.list({ organizationId })
      expect(() => raw.exec(statement.replace('#', `${tablePrefix}api_key_audit`))).toThrow('append-only')
      expect(await keyring.audit.list({ organizationId })).toEqual(before)
      await keyring.create(input)
      expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true, checkpoint: { seq: 7 } })
    }
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditKeyRing } from '../../src/audit/audit-key-ring.js'
import type { AuditVerdict } from '../../src/audit/chain-check.js'
import { type VerifyAuditExportOptions, verifyAuditExport } from '../../src/audit/verify-audit-export.js'
import { chainHash } from '../../src/crypto/audit-chain.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { AuditQuery } from '../../src/store/key-store.js'
import { type AuditCheckpoint, auditEvent, emptyChain, linkAudit } from '../../src/store/link-audit.js'
import type { AuditRecord } from '../../src/values/audit.js'
import { auditOf, input, open, owner, peppers, start } from '../support/setup.js'

const { organizationId } = owner
const day = 86_400_000
const plainUntil = new Date(start + day)
const secrets = { a1: 'the first audit secret of 32 bytes', a2: 'the second audit secret, 32 bytes' }
const actor = { type: 'user', id: 'admin' } as const
const draft = { type: 'api_key.renamed', actor, keyId: 'k', context: {}, data: {} } as const

/** A ring of all keys, without those left out. */
function ringOf(current: keyof typeof secrets, more: Partial<AuditKeyRing> = {}): AuditKeyRing {
  return { current, keys: secrets, ...more }
}

/** What both checks say of a chain: that of the store and the offline one of its export must agree. */
async function verdictOf(
  records: readonly AuditRecord[],
  auditKeys?: AuditKeyRing,
  query: Pick<VerifyAuditExportOptions, 'checkpoint' | 'sinceCheckpoint'> = {},
): Promise<AuditVerdict> {
  const { seq, hash } = records.at(-1) ?? emptyChain
  const store = {
    ...memoryStore(),
    listAudit: async ({ order, after, limit }: AuditQuery) =>
      order === 'desc' ? records.slice(-limit).reverse() : records.slice(after, (after ?? 0) + limit),
    auditHead: async () => ({ seq, hash }),
  }
  const { keyring } = open({ store, ...(auditKeys === undefined ? {} : { auditKeys }) })
  const verdict = await keyring.audit.verify({ organizationId, ...query })
  const first = query.sinceCheckpoint === true ? (query.checkpoint?.seq ?? 0) : 0
  const lines = records.slice(first).map((record) => JSON.stringify(record))
  expect(await verifyAuditExport(lines, { ...query, ...(auditKeys === undefined ? {} : { auditKeys }) })).toEqual(
    verdict,
  )
  return verdict
}

/** Processes with these rings, or without one, on one store. */
function processes(...rings: readonly (AuditKeyRing | undefined)[]) {
  const first = open(rings[0] === undefined ? {} : { auditKeys: rings[0] })
  const { store, clock } = first
  const others = rings.slice(1).map((auditKeys) => open({ store, ...(auditKeys === undefined ? {} : { auditKeys }) }))
  const chain = () => auditOf(store, organizationId)
  const keyIds = async () => (await chain()).map(({ auditKeyId }) => auditKeyId)
  return { keyrings: [first, ...others].map(({ keyring }) => keyring), clock, chain, keyIds }
}

function checkpointOf(verdict: AuditVerdict): AuditCheckpoint {
  if (!verdict.ok) throw new Error(`The log is not whole: ${verdict.problem}`)
  return verdict.checkpoint
}

const altered = (seq: number) => ({ ok: false, problem: 'altered', seq })
const unknownKey = (seq: number) => ({ ok: false, problem: 'unknown_key', seq })

describe('auditKeys', () => {
  const secret = 'a secret of the audit chain, 32 bytes'

  it.each<[string, unknown, string]>([
    ['a secret alone', secret, 'auditKeys must be an object with some of: current, keys, plainUntil.'],
    ['null', null, 'auditKeys must be an object with some of: current, keys, plainUntil.'],
    ['no keys', { current: 'a1' }, 'auditKeys.keys must be an object with a secret for each id.'],
    ['a misspelt name', { ...ringOf('a1'), plainTill: plainUntil }, 'Unknown option auditKeys.plainTill. Did you mean'],
    ['an id of other letters', { current: 'a_1', keys: { a_1: secret } }, 'auditKeys.keys must have ids of 1 to 16'],
    ['id and secret swapped', { current: 'a1', keys: { [secret]: 'a1' } }, 'auditKeys.keys must have ids of 1 to 16'],
    ['a current key that it lacks', { current: secret, keys: { a1: secret } }, 'auditKeys.current must be the id of'],
    ['a secret that is unset', { current: 'a1', keys: { a1: undefined } }, 'auditKeys.keys.a1 is missing: set it'],
    ['a short secret', { current: 'a1', keys: { a1: secret.slice(0, 31) } }, 'auditKeys.keys.a1 is too short: it'],
    ['one letter repeated', { current: 'a1', keys: { a1: 'x'.repeat(40) } }, 'auditKeys.keys.a1 must be a secret of'],
    ['an empty buffer', { current: 'a1', keys: { a1: Buffer.alloc(32) } }, 'auditKeys.keys.a1 must be a secret of'],
    ['a pepper', { current: 'a1', keys: { a1: secret, a2: peppers.p1 } }, 'auditKeys.keys.a2 must be a secret that is'],
    ['a text as a date', ringOf('a1', { plainUntil: '2040-01-01' as never }), 'auditKeys.plainUntil must be a valid'],
    ['no date', ringOf('a1', { plainUntil: new Date(Number.NaN) }), 'auditKeys.plainUntil must be a valid Date.'],
  ])('refuses %s, and repeats no secret (AUD-10)', async (what, ring, message) => {
    const auditKeys = ring as AuditKeyRing // as a caller without types may
    let said: unknown
    try {
      open({ auditKeys })
    } catch (error) {
      said = error
    }
    expect(said).toMatchObject({ code: 'invalid_options', message: expect.stringContaining(message) })
    expect(JSON.stringify([said, String(said)])).not.toContain(secret.slice(0, 31))
    if (what === 'a pepper') return // whether it is one, only the keyring can tell
    await expect(verifyAuditExport([], { auditKeys })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(message),
    })
  })

  it('are copied: what the host does to its ring later changes nothing (AUD-10)', async () => {
    const [bytes, until] = [Buffer.from(secret), new Date(plainUntil)]
    const { keyrings, chain } = processes(undefined, { current: 'a1', keys: { a1: bytes }, plainUntil: until })
    for (const keyring of keyrings) await keyring.create(input)
    bytes.fill(7)
    until.setTime(start - day)
    expect(await keyrings[1]?.audit.verify({ organizationId })).toMatchObject({ ok: true })
    const ring = { current: 'a1', keys: { a1: secret }, plainUntil }
    expect(await verdictOf(await chain(), ring)).toMatchObject({ ok: true })
  })

  it('show their id in each record, and their secret nowhere (AUD-10)', async () => {
    const { keyrings, chain } = processes(ringOf('a1'), ringOf('a2'))
    const [one, other] = keyrings
    const { key } = (await one?.create(input)) ?? expect.unreachable()
    await other?.disable(key.id)
    await one?.audit.recordCall({
      ...{ organizationId, keyId: key.id, loginId: null, owner, narrowing: {}, tool: 't', decision: 'denied' },
      ...{ missing: [], failed: false, durationMs: 1, auditKeyId: 'a2' },
    })
    const csv: string[] = []
    for await (const line of other?.audit.export({ organizationId, format: 'csv' }) ?? []) csv.push(line)
    const records = await chain()
    expect(records.map(({ type, auditKeyId }) => [type, auditKeyId])).toEqual([
      ['api_key.created', 'a1'],
      ['api_key.disabled', 'a2'],
      ['tool.called', 'a1'],
      ['audit.exported', 'a2'],
    ])
    expect(csv.slice(1).map((line) => line.split('","').at(-2))).toEqual(['a1', 'a2', 'a1', 'a2'])
    for (const shown of [JSON.stringify(records), csv.join('')]) expect(shown).not.toContain(secrets.a1)
    const forged = { context: { auditKeyId: 'a2' } as object }
    await expect(one?.create(input, forged)).rejects.toMatchObject({ field: 'context.auditKeyId' })
  })
})

describe('a ring that is introduced into a log', () => {
  it('passes it before, while and after the processes get the ring one by one (AUD-10)', async () => {
    const ring = ringOf('a1', { plainUntil })
    const { keyrings, clock, chain, keyIds } = processes(undefined, ring)
    const [old, young] = keyrings
    await old?.create(input)
    for (let round = 0; round < 3; round += 1) {
      await young?.create(input)
      await old?.create(input)
      expect(await verdictOf(await chain(), ring)).toMatchObject({ ok: true })
    }
    clock.at = plainUntil.getTime() - 1
    await old?.create(input)
    const checkpoint = checkpointOf(await verdictOf(await chain(), ring))
    clock.at += 1
    await young?.create(input)
    expect(await keyIds()).toEqual([null, 'a1', null, 'a1', null, 'a1', null, null, 'a1'])
    expect(await verdictOf(await chain(), ring)).toMatchObject({ ok: true, checkpoint: { seq: 9, keyed: true } })
    for (const sinceCheckpoint of [false, true]) {
      const since = await verdictOf(await chain(), ring, { checkpoint, sinceCheckpoint })
      expect(since).toMatchObject({ ok: true, checkpoint: { seq: 9, keyed: true } })
    }
  })

  it('finds a record without a key from plainUntil on, and the first one without it (AUD-10)', async () => {
    const ring = ringOf('a1', { plainUntil })
    const { keyrings, clock, chain } = processes(undefined, ring)
    const [old, young] = keyrings
    await old?.create(input)
    await young?.create(input)
    expect(await verdictOf(await chain(), ringOf('a1'))).toEqual(altered(1))
    const checkpoint = checkpointOf(await verdictOf(await chain(), ring))
    clock.at = plainUntil.getTime()
    await old?.create(input)
    const records = await chain()
    expect(await verdictOf(records, ring)).toEqual(altered(3))
    expect(await verdictOf(records, ring, { checkpoint, sinceCheckpoint: true })).toEqual(altered(3))
    // A process that got the ring late is no attack: the host can say so.
    const later = ringOf('a1', { plainUntil: new Date(clock.at + 1) })
    expect(await verdictOf(records, later)).toMatchObject({ ok: true })
    expect(await verdictOf(records, later, { checkpoint, sinceCheckpoint: true })).toMatchObject({ ok: true })
  })

  it('needs no plainUntil in a log that begins with it (AUD-10)', async () => {
    const { keyrings, chain } = processes(ringOf('a1'))
    await keyrings[0]?.create(input)
    expect(await verdictOf(await chain(), ringOf('a1'))).toMatchObject({ ok: true, checkpoint: { keyed: true } })
  })

  it('passes an export that was made before records could name a key (AUD-10)', async () => {
    const { keyrings, chain } = processes(undefined)
    await keyrings[0]?.create(input)
    const lines = (await chain()).map(({ auditKeyId: _, ...record }) => JSON.stringify(record))
    expect(await verifyAuditExport(lines)).toMatchObject({ ok: true })
    expect(await verifyAuditExport(lines, { auditKeys: ringOf('a1', { plainUntil }) })).toMatchObject({ ok: true })
    expect(await verifyAuditExport(lines, { auditKeys: ringOf('a1') })).toEqual(altered(1))
  })
})

describe('a ring whose current key changes', () => {
  it('makes one chain of processes with the old and the new key, which all of them pass (AUD-10)', async () => {
    const { keyrings, chain, keyIds } = processes(ringOf('a1'), ringOf('a2'))
    const [first = expect.unreachable()] = keyrings
    const { key } = await first.create(input)
    await Promise.all(
      Array.from({ length: 12 }, (_, at) => keyrings[at % 2]?.update(key.id, { name: `renamed ${at}` })),
    )
    const ids = await keyIds()
    expect(ids.filter((id) => id === 'a1')).toHaveLength(7)
    expect(ids.filter((id) => id === 'a2')).toHaveLength(6)
    const records = await chain()
    for (const keyring of keyrings) {
      expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true, checkpoint: { seq: 13 } })
    }
    const { seq, hash } = records[5] ?? expect.unreachable()
    for (const sinceCheckpoint of [false, true]) {
      const query = { checkpoint: { seq, hash }, sinceCheckpoint }
      expect(await verdictOf(records, ringOf('a2'), query)).toMatchObject({ ok: true, checkpoint: { seq: 13 } })
    }
  })

  it('says of a record under a key that it lacks that the key is unknown, not that it was altered (AUD-10)', async () => {
    const { keyrings, chain } = processes(undefined, ringOf('a1'), ringOf('a2'))
    for (const keyring of keyrings) await keyring.create(input)
    const records = await chain()
    const newest = { current: 'a2', keys: { a2: secrets.a2 }, plainUntil }
    const oldest = { current: 'a1', keys: { a1: secrets.a1 }, plainUntil }
    expect(await verdictOf(records)).toEqual(unknownKey(2))
    expect(await verdictOf(records, newest)).toEqual(unknownKey(2))
    expect(await verdictOf(records, oldest)).toEqual(unknownKey(3))
    const [, , third = expect.unreachable()] = records
    const checkpoint = { seq: 2, hash: records[1]?.hash ?? '' }
    expect(await verdictOf(records, newest, { checkpoint, sinceCheckpoint: true })).toMatchObject({
      ok: true,
      checkpoint: { seq: 3, hash: third.hash },
    })
  })

  it('finds another secret under the same id (AUD-10, AUD-6)', async () => {
    const { keyrings, chain } = processes(ringOf('a1'))
    await keyrings[0]?.create(input)
    const swapped = { current: 'a1', keys: { a1: secrets.a2, a2: secrets.a1 } }
    expect(await verdictOf(await chain(), swapped)).toEqual(altered(1))
  })
})

describe('somebody who can write the database, but has no key', () => {
  const ring = ringOf('a2', { plainUntil })

  /** Appends records by the rules that anybody can read, under no key or under a key that only claims to be `auditKeyId`. */
  function forge(before: readonly AuditRecord[], at: Date, auditKeyId: string | null, secret?: Uint8Array) {
    const last = before.at(-1) ?? emptyChain
    const record = { ...draft, organizationId, seq: last.seq + 1, at, auditKeyId, data: { forged: true } }
    return [...before, { ...record, hash: chainHash(last.hash, auditEvent(record), secret) }]
  }

  /** An honest log: four records without a key, two of the time when the ring came, six under its keys. */
  function honest(): AuditRecord[] {
    const records: AuditRecord[] = []
    for (let at = 0; at < 12; at += 1) {
      const id = at < 4 || at === 5 ? null : at % 2 === 0 ? 'a1' : 'a2'
      const key = id === null ? undefined : { id, secret: Buffer.from(secrets[id]) }
      const when = new Date(start + (at < 6 ? at : day + at))
      records.push(...linkAudit(records.at(-1) ?? emptyChain, organizationId, [draft], when, key))
    }
    return records
  }

  it.each([5, 7, 12])('is found when they take the key from record %i on (AUD-10)', async (from) => {
    const records = honest()
    let stripped = records.slice(0, from - 1)
    for (const { at } of records.slice(from - 1)) stripped = forge(stripped, at, null)
    // Before plainUntil, a record may be without a key.
    expect(await verdictOf(stripped, ring)).toEqual(altered(Math.max(from, 7)))
  })

  it('is found when they take the key from one record, whatever its date (AUD-10)', async () => {
    const records = honest()
    for (const at of [new Date(start), records[8]?.at ?? expect.unreachable()]) {
      const one = [...forge(records.slice(0, 8), at, null), ...records.slice(9)]
      expect(await verdictOf(one, ring)).toEqual(altered(9))
    }
    const early = [...forge(records.slice(0, 4), new Date(start), null), ...records.slice(5)]
    // What comes after it without a key is wrong, too: its hash is not that of the record before.
    expect(await verdictOf(early, ring)).toEqual(altered(6))
  })

  it('is found when they rewrite the part without a key under the records with one (AUD-10)', async () => {
    const records = honest()
    let rewritten: AuditRecord[] = []
    for (const { at } of records.slice(0, 4)) rewritten = forge(rewritten, at, null)
    expect(await verdictOf([...rewritten, ...records.slice(4)], ring)).toEqual(altered(5))
  })

  it('is found when they date a new end back before plainUntil (AUD-10)', async () => {
    const records = honest()
    const dated = forge(records.slice(0, 9), new Date(start), null)
    expect(await verdictOf(dated, ring)).toEqual(altered(10))
    const checkpoint = checkpointOf(await verdictOf(records.slice(0, 9), ring))
    expect(await verdictOf(dated, ring, { checkpoint, sinceCheckpoint: true })).toEqual(altered(10))
    // Not without the mark of the checkpoint, which is why it has one.
    const unmarked = { seq: checkpoint.seq, hash: checkpoint.hash }
    expect(await verdictOf(dated, ring, { checkpoint: unmarked, sinceCheckpoint: true })).toMatchObject({ ok: true })
    expect(await verdictOf(dated, undefined, { checkpoint, sinceCheckpoint: true })).toEqual(altered(10))
  })

  it('is found by a checkpoint alone when they remove all that has a key and date the rest back (AUD-10)', async () => {
    const records = honest()
    const checkpoint = checkpointOf(await verdictOf(records, ring))
    const cut = forge(records.slice(0, 4), new Date(start), null)
    expect(await verdictOf(cut, ring)).toMatchObject({ ok: true })
    expect(await verdictOf(cut, ring, { checkpoint })).toMatchObject({ ok: false, problem: 'truncated' })
    expect(await verdictOf(cut, ringOf('a2', { plainUntil: new Date(start) }))).toEqual(altered(1))
  })

  it('is found when they change the id of a key (AUD-10)', async () => {
    const records = honest()
    const renamed = (auditKeyId: string | null) =>
      records.map((record, at) => (at === 8 ? { ...record, auditKeyId } : record))
    expect(await verdictOf(renamed('a2'), ring)).toEqual(altered(9))
    expect(await verdictOf(renamed(null), ring)).toEqual(altered(9))
    expect(await verdictOf(renamed('zz'), ring)).toEqual(unknownKey(9))
    for (const wrong of ['', '__proto__', 5, ['a1'], {}, true]) {
      expect(await verdictOf(renamed(wrong as string), ring)).toEqual(unknownKey(9)) // as a changed row may hold
    }
  })

  it('is found wherever they begin and whatever they write, unless it is an end dated before plainUntil (AUD-10)', async () => {
    const records = honest()
    const guess = Buffer.alloc(32, 7)
    const forgery = fc.record({
      at: fc.integer({ min: -day, max: 2 * day }),
      id: fc.constantFrom(null, null, null, 'a1', 'a2', 'zz'),
      secret: fc.constantFrom(undefined, guess),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: records.length }),
        fc.array(forgery, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (from, forgeries, keepsRest) => {
          const kept = records.slice(0, from)
          let forged = kept
          for (const { at, id, secret } of forgeries) forged = forge(forged, new Date(start + at), id, secret)
          const rest = keepsRest ? records.slice(from + forgeries.length) : []
          const isGood =
            rest.length === 0 &&
            kept.every(({ auditKeyId, at }) => auditKeyId === null || at < plainUntil) &&
            forgeries.every(({ at, id, secret }) => id === null && secret === undefined && at < day)
          expect((await verdictOf([...forged, ...rest], ring)).ok).toBe(isGood)
        },
      ),
      { numRuns: 300 },
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyAuditExport } from '../../src/audit/verify-audit-export.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { ArchivePart, PruneProgress, PruneResult } from '../../src/retention/prune-query.js'
import { type AuditQuery, hourOf, type KeyStore, type StoreRetention } from '../../src/store/index.js'
import { auditOf, input, open, owner, start } from '../support/setup.js'

const { organizationId } = owner
const dayMs = 86_400_000
const hourMs = 3_600_000
const ring = { current: 'a1', keys: { a1: Buffer.alloc(32, 3) } }

/** The record of a prune, as somebody who has the database alone writes it. */
const pruned = { type: 'audit.pruned', actor: { type: 'system', id: 'x' }, keyId: null, context: {} } as const

/** An archive in memory: the parts by their names, as a host would keep files. */
function anArchive() {
  const files = new Map<string, string>()
  const archive = async ({ organizationId: of, after, upTo, lines }: ArchivePart) => {
    let text = ''
    for await (const line of lines) text += line
    files.set(`${of}.${after.seq + 1}-${upTo.seq}`, text)
  }
  /** The parts that follow each other up to a record: some of the others were archived by a prune that was killed. */
  const partsUpTo = (last: number, of: string = organizationId, first = 1): readonly string[] | null => {
    if (first === last + 1) return []
    for (const [name, text] of files) {
      const [, begin, end] = /^(.*\.\d+)-(\d+)$/.exec(name) ?? []
      if (begin !== `${of}.${first}` || Number(end) > last) continue
      const rest = partsUpTo(last, of, Number(end) + 1)
      if (rest !== null) return [...text.split(/(?<=\n)/), ...rest]
    }
    return null
  }
  return { files, archive, partsUpTo }
}

/** A log of three records, two of them 100 days old. */
async function filled(options: Parameters<typeof open>[0] = {}) {
  const host = open(options)
  const { keyring, clock } = host
  const { key } = await keyring.create(input)
  await keyring.update(key.id, { name: 'renamed' })
  clock.at += 100 * dayMs
  await keyring.disable(key.id)
  const verify = (query: object = {}) => keyring.audit.verify({ organizationId, ...query })
  return { ...host, ...anArchive(), key, verify }
}

async function exported(keyring: Awaited<ReturnType<typeof filled>>['keyring']) {
  const lines: string[] = []
  for await (const line of keyring.audit.export({ organizationId, format: 'jsonl' })) lines.push(line)
  return lines
}

describe('prune, of the audit log (AUD-13)', () => {
  it('archives what is older, lets the log begin after it, and says so in it', async () => {
    const { keyring, files, archive, verify, store } = await filled({ auditKeys: ring })
    const actor = { type: 'user', id: 'operator' } as const
    const result = await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } }, { actor })
    expect(result).toEqual({ records: 2, broken: [], hours: 0, tombstones: 0, ids: 0 })
    const records = await auditOf(store)
    expect(records.map(({ seq, type }) => [seq, type])).toEqual([
      [3, 'api_key.disabled'],
      [4, 'audit.pruned'],
    ])
    expect(records[1]).toMatchObject({ actor, keyId: null, auditKeyId: 'a1', data: { seq: 2, count: 2 } })
    expect(await verify()).toMatchObject({ ok: true, checkpoint: { seq: 4 } })

    const [name, text = ''] = [...files][0] ?? []
    expect(name).toBe(`${organizationId}.1-2`)
    const verdict = await verifyAuditExport(text.split('\n'), { auditKeys: ring })
    expect(verdict).toMatchObject({ ok: true, checkpoint: { seq: 2, hash: records[1]?.data.hash } })
    expect(
      await verifyAuditExport([...text.split('\n'), ...(await exported(keyring))], { auditKeys: ring }),
    ).toMatchObject({
      ok: true,
    })
  })

  it('tells a part that was cut off, where a check asks for its end', async () => {
    const { keyring, archive, partsUpTo } = await filled()
    await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })
    const lines = partsUpTo(2) ?? expect.unreachable()
    const whole = { endsWithCheckpoint: true }
    expect(await verifyAuditExport(lines, whole)).toMatchObject({ ok: true, checkpoint: { seq: 2 } })
    expect(await verifyAuditExport(lines.slice(0, 1), whole)).toEqual({ ok: false, problem: 'truncated', seq: 1 })
    expect(await verifyAuditExport(lines.slice(0, 1))).toMatchObject({ ok: true })
    const misled = { endsWithCheckpoint: 'yes' } as object
    await expect(verifyAuditExport(lines, misled)).rejects.toMatchObject({ field: 'endsWithCheckpoint' })
  })

  it('gives nothing to the archive where there is nothing old, or nothing but records of prunes', async () => {
    const { keyring, files, archive, clock, store } = await filled()
    expect(await keyring.prune({ audit: { olderThanMs: 200 * dayMs, archive } })).toMatchObject({ records: 0 })
    expect(await keyring.prune({ audit: { olderThanMs: dayMs, archive } })).toMatchObject({ records: 2 })
    clock.at += 1
    expect(await keyring.prune({ audit: { olderThanMs: 0, archive } })).toMatchObject({ records: 2 })
    expect(files.size).toBe(2)
    clock.at += 100 * dayMs
    expect(await keyring.prune({ audit: { olderThanMs: 0, archive } })).toMatchObject({ records: 0 })
    expect((await auditOf(store)).map(({ seq, type }) => [seq, type])).toEqual([[5, 'audit.pruned']])
  })

  it('removes nothing if the archive fails, or returns before it has read all lines', async () => {
    const { keyring, archive, verify, store } = await filled()
    const pruneInto = (into: typeof archive) => keyring.prune({ audit: { olderThanMs: dayMs, archive: into } })
    const full = new Error('The disk is full.')
    await expect(pruneInto(() => Promise.reject(full))).rejects.toBe(full)
    const hasty = async ({ lines }: ArchivePart) => {
      for await (const _ of lines) break
    }
    await expect(pruneInto(hasty)).rejects.toMatchObject({ code: 'invalid_input', field: 'audit.archive' })
    expect(await auditOf(store)).toHaveLength(3)
    expect(await verify()).toMatchObject({ ok: true, checkpoint: { seq: 3 } })
    expect(await pruneInto(archive)).toMatchObject({ records: 2 })
  })

  it('goes on with the other organizations where one fails, and throws its error at the end', async () => {
    const { keyring, archive, files, clock } = await filled()
    await keyring.create({ ...input, owner: { ...owner, organizationId: 'a-first' } })
    await keyring.create({ ...input, owner: { ...owner, organizationId: 'b-second' } })
    clock.at += 1
    const full = new Error('The folder of this organization is full.')
    const into = async (part: ArchivePart) => {
      if (part.organizationId !== organizationId) throw full
      await archive(part)
    }
    await expect(keyring.prune({ audit: { olderThanMs: 0, archive: into } })).rejects.toBe(full)
    expect([...files.keys()]).toEqual([`${organizationId}.1-3`])
  })

  it('ends at once where its listener throws', async () => {
    const { keyring, archive, clock } = await filled()
    await keyring.create({ ...input, owner: { ...owner, organizationId: 'z-last' } })
    clock.at += 1
    let told = 0
    const onProgress = () => {
      told += 1
      throw new Error('killed')
    }
    await expect(keyring.prune({ audit: { olderThanMs: 0, archive }, onProgress })).rejects.toThrow('killed')
    expect(told).toBe(1)
  })

  it('ends where the store does not answer any more', async () => {
    const { keyring, archive, storage, clock } = await filled()
    await keyring.create({ ...input, owner: { ...owner, organizationId: 'z-last' } })
    clock.at += 1
    let asked = 0
    const into = async (part: ArchivePart) => {
      asked += 1
      storage.stubs.now = () => Promise.reject(new Error('down'))
      await archive(part)
      throw new Error('no disk')
    }
    await expect(keyring.prune({ audit: { olderThanMs: 0, archive: into } })).rejects.toThrow('no disk')
    expect(asked).toBe(1)
  })

  it('leaves a log as it is that is not as it was written, and names it', async () => {
    let at = start
    const now = () => {
      at += 1
      return new Date(at)
    }
    const store = memoryStore({ now })
    const forged: KeyStore = {
      ...store,
      listAudit: async (query) =>
        (await store.listAudit(query)).map((record) =>
          record.seq === 2 ? { ...record, data: { forged: 1 } } : record,
        ),
    }
    const { keyring, archive, files } = await filled({ store: forged })
    await keyring.create({ ...input, owner: { ...owner, organizationId: 'org2' } })
    expect(await keyring.prune({ audit: { olderThanMs: 0, archive } })).toMatchObject({
      records: 1,
      broken: [{ organizationId, problem: 'altered', seq: 2 }],
    })
    expect([...files.keys()]).toEqual(['org2.1-1'])
  })

  it('lets a check go on from a checkpoint, except from one that was archived', async () => {
    const { keyring, archive, verify, clock } = await filled()
    const kept = await verify({ limit: 1 })
    const last = await verify()
    if (!kept.ok || !last.ok) expect.unreachable()
    await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })
    for (const sinceCheckpoint of [false, true]) {
      expect(await verify({ checkpoint: last.checkpoint, sinceCheckpoint })).toMatchObject({ ok: true })
      expect(await verify({ checkpoint: kept.checkpoint, sinceCheckpoint })).toEqual({
        ok: false,
        problem: 'pruned',
        seq: 2,
      })
    }
    const genesis = { seq: 0, hash: '0'.repeat(64) }
    expect(await verify({ checkpoint: genesis, sinceCheckpoint: true })).toMatchObject({ ok: true })
    clock.at += 1
    expect(await verify({ limit: 1 })).toMatchObject({ ok: true, complete: false, checkpoint: { seq: 3 } })
  })

  it.each([
    ['not confirmed by any record', (seq: number) => seq],
    ['confirmed by a record of an earlier prune', (seq: number) => seq - 1],
  ])('a beginning that is %s is found (AUD-13)', async (what, claimed) => {
    const { keyring, archive, verify, store, clock } = await filled({ auditKeys: ring })
    const retention = store.retention ?? expect.unreachable()
    if (what.startsWith('confirmed')) await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })
    const records = await store.listAudit({ organizationId, order: 'asc', limit: 10 })
    const at = records.find(({ seq }) => seq === 3)
    const before = await retention.auditStart(organizationId)
    // Who has the database alone writes the record without the key.
    const forged = {
      type: 'audit.pruned' as const,
      actor: { type: 'system', id: 'x' } as const,
      keyId: null,
      context: {},
    }
    const data = { seq: claimed(3), hash: at?.hash ?? '', count: 3 }
    const moved = await retention.moveAuditStart({
      organizationId,
      from: before,
      to: at ?? before,
      record: { ...forged, data },
    })
    expect(moved).toBe(true)
    expect(await verify()).toEqual({ ok: false, problem: 'missing', seq: 1 })
    expect(await verify({ limit: 1 })).toEqual({ ok: false, problem: 'missing', seq: 1 })
    clock.at += 1
    expect(await keyring.prune({ audit: { olderThanMs: 0, archive } })).toMatchObject({
      broken: [{ organizationId, problem: 'missing', seq: 1 }],
    })
  })

  it('a row of a beginning that is written by hand hides nothing from a check with a checkpoint (AUD-13)', async () => {
    const { verify, storage, store } = await filled({ auditKeys: ring })
    const kept = await verify({ limit: 1 })
    if (!kept.ok) expect.unreachable()
    const retention = store.retention ?? expect.unreachable()
    const auditStart = async () => ({ seq: 900, hash: 'a'.repeat(64) })
    Object.assign(storage.stubs, { retention: { ...retention, auditStart } })
    for (const sinceCheckpoint of [false, true]) {
      const verdict = await verify({ checkpoint: kept.checkpoint, sinceCheckpoint })
      expect(verdict).toEqual({ ok: false, problem: 'missing', seq: 1 })
    }
  })

  it('a beginning that is confirmed by a record without a key, dated back, is found with a checkpoint (AUD-13)', async () => {
    const plainUntil = new Date(start + dayMs)
    const { verify, store, clock } = await filled({ auditKeys: { ...ring, plainUntil } })
    const last = await verify()
    if (!last.ok) expect.unreachable()
    const { checkpoint } = last
    expect(checkpoint).toMatchObject({ seq: 3, keyed: true })
    clock.at = start
    const { seq, hash } = checkpoint
    const from = { seq: 0, hash: '0'.repeat(64) }
    const record = { ...pruned, data: { seq, hash, count: 3 } }
    expect(await store.retention?.moveAuditStart({ organizationId, from, to: { seq, hash }, record })).toBe(true)
    for (const sinceCheckpoint of [false, true]) {
      expect(await verify({ checkpoint, sinceCheckpoint })).toMatchObject({ ok: false })
    }
  })

  it('a beginning that is confirmed under a key that is not known is told as such', async () => {
    const { keyring, archive, store } = await filled({ auditKeys: ring })
    await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })
    const other = open({ store, auditKeys: { current: 'a2', keys: { a2: Buffer.alloc(32, 4) } } })
    const unknown = { problem: 'unknown_key', seq: 4 }
    expect(await other.keyring.audit.verify({ organizationId })).toEqual({ ok: false, ...unknown })
    expect(await other.keyring.prune({ audit: { olderThanMs: 0, archive } })).toMatchObject({
      broken: [{ organizationId, ...unknown }],
    })
  })

  it('fails an export that was begun before, rather than to leave records out', async () => {
    const { keyring, archive, clock } = await filled()
    for (let at = 0; at < 600; at += 1)
      await keyring.update((await keyring.list()).keys[0]?.id ?? '', { name: `n${at}` })
    clock.at += 1
    const lines = keyring.audit.export({ organizationId, format: 'jsonl' })[Symbol.asyncIterator]()
    await lines.next()
    await keyring.prune({ audit: { olderThanMs: 0, archive } })
    const rest = async () => {
      for (let line = await lines.next(); line.done !== true; ) line = await lines.next()
    }
    await expect(rest()).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('archived'),
    })
  })

  it('lets a check that runs beside it begin anew', async () => {
    const { keyring, archive, verify, storage, store } = await filled()
    let isPruned = false
    storage.stubs.auditHead = async (id) => {
      if (!isPruned) {
        isPruned = true
        await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })
      }
      return store.auditHead(id)
    }
    expect(await verify()).toMatchObject({ ok: true, checkpoint: { seq: 4 } })
  })

  it('a beginning that is moved by hand after it was confirmed takes no record with it (AUD-13)', async () => {
    const { keyring, archive, store, storage } = await filled({ auditKeys: ring })
    const retention = store.retention ?? expect.unreachable()
    const [first] = await store.listAudit({ organizationId, order: 'asc', limit: 1 })
    const to = { seq: 1, hash: first?.hash ?? '' }
    const record = { ...pruned, data: { ...to, count: 1 } }
    const { sweepAudit } = retention
    let isMoved = false
    const moving: StoreRetention = {
      ...retention,
      async sweepAudit(request) {
        const from = await retention.auditStart(organizationId)
        // Who has the database alone writes the record without the key.
        if (!isMoved) isMoved = await retention.moveAuditStart({ organizationId, from, to, record })
        return sweepAudit(request)
      },
    }
    Object.assign(storage.stubs, { retention: moving })
    Object.assign(storage.stubs, { retention: moving })
    expect(await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })).toMatchObject({
      records: 0,
      broken: [{ organizationId, problem: 'missing', seq: 1 }],
    })
    expect(isMoved).toBe(true)
    expect((await auditOf(store)).map(({ seq }) => seq)).toEqual([2, 3, 4])
  })

  it.each([
    ['confirms the beginning', (query: AuditQuery) => query.type === 'audit.pruned'],
    ['gives records to the archive', (query: AuditQuery) => query.limit === 3],
  ])('lets another prune be faster while it %s', async (_, isThen) => {
    const { keyring, archive, store, storage, clock, verify } = await filled()
    await keyring.prune({ audit: { olderThanMs: 50 * dayMs, archive } })
    await keyring.enable((await keyring.list()).keys[0]?.id ?? '')
    clock.at += 100 * dayMs
    const audit = { olderThanMs: 50 * dayMs, archive }
    let other: Promise<PruneResult> | null = null
    storage.stubs.listAudit = async (query) => {
      if (other === null && isThen(query)) {
        other = keyring.prune({ audit })
        await other
      }
      return store.listAudit(query)
    }
    expect(await keyring.prune({ audit })).toMatchObject({ records: 0, broken: [] })
    expect(await other).toMatchObject({ records: 3, broken: [] })
    expect(await verify()).toMatchObject({ ok: true })
  })

  it('gives a long log to the archive in parts', async () => {
    const { keyring, archive, files, partsUpTo, store, clock, verify } = await filled()
    const draft = { ...pruned, type: 'audit.exported' as const, data: {} }
    await store.appendAudit(
      organizationId,
      Array.from({ length: 20_000 }, () => draft),
    )
    clock.at += 100 * dayMs
    const query = { audit: { olderThanMs: 50 * dayMs, archive } }
    expect(await keyring.prune({ ...query, dryRun: true })).toMatchObject({ records: 20_003 })
    expect(await keyring.prune(query)).toMatchObject({ records: 20_003, broken: [] })
    expect([...files.keys()]).toEqual(
      ['1-10000', '10001-20000', '20001-20003'].map((name) => `${organizationId}.${name}`),
    )
    expect(await verify()).toMatchObject({ ok: true, checkpoint: { seq: 20_006 } })
    expect(await verifyAuditExport(partsUpTo(20_003) ?? [])).toMatchObject({ ok: true, checkpoint: { seq: 20_003 } })
  })
})

describe('prune, of everything else (USE-6)', () => {
  it('makes days of old hours: what is asked for by day stays the same, and no last use moves back', async () => {
    const { keyring, clock, store, key } = await filled()
    const use = (at: number, count: number) => ({
      ...{ keyId: key.id, organizationId, hour: hourOf(new Date(at)), count, lastUsedAt: new Date(at) },
    })
    const old = start + 5 * dayMs + 3 * hourMs
    const refusal = { keyId: key.id, organizationId, hour: new Date(old), code: 'rate_limited', count: 4 }
    await store.recordUsage('b1', [use(old, 1), use(old + 5 * hourMs, 2), use(clock.at, 3)], [refusal])
    await store.recordUsage('b2', [use(old + 30 * hourMs, 5)], [{ ...refusal, hour: new Date(old + hourMs) }])
    const days = () =>
      keyring.usage({ organizationId, from: new Date(start), to: new Date(start + 80 * dayMs), interval: 'day' })
    const last = async () => (await keyring.stats({ organizationId })).lastCallAt
    const [before, lastBefore] = [await days(), await last()]
    expect(await keyring.prune({ usageOlderThanMs: 10 * dayMs, dryRun: true })).toMatchObject({ hours: 5 })
    expect(await keyring.prune({ usageOlderThanMs: 10 * dayMs })).toMatchObject({ hours: 5 })
    expect(await keyring.prune({ usageOlderThanMs: 10 * dayMs })).toMatchObject({ hours: 0 })
    expect(await days()).toEqual(before)
    expect(before[5]).toMatchObject({ count: 3, refusals: { rate_limited: 8 } })
    expect(await last()).toEqual(lastBefore)
    const hours = await keyring.usage({ organizationId, from: new Date(start), to: new Date(start + 80 * dayMs) })
    expect(hours.every(({ count }) => count === 0)).toBe(true)
    // A day counts as a whole, also where its end is not asked for.
    const half = { organizationId, from: new Date(start), to: new Date(start + 5 * dayMs + 4 * hourMs) }
    expect((await keyring.usage({ ...half, interval: 'day' })).at(-1)?.count).toBe(3)
    expect(await keyring.topKeys(half)).toMatchObject([{ count: 3 }])
  })

  it('removes the tombstones of keys that were deleted long ago, and counts them on', async () => {
    const { keyring, clock, key, verify, store } = await filled()
    const { key: recent } = await keyring.create(input)
    await keyring.delete(key.id)
    clock.at += 10 * dayMs
    await keyring.delete(recent.id)
    const stats = await keyring.stats({ organizationId })
    const query = { tombstonesOlderThanMs: 5 * dayMs }
    expect(await keyring.prune({ ...query, dryRun: true })).toMatchObject({ tombstones: 1 })
    expect(await keyring.prune(query)).toMatchObject({ tombstones: 1 })
    expect(await keyring.prune(query)).toMatchObject({ tombstones: 0 })
    expect(await keyring.stats({ organizationId })).toEqual(stats)
    expect((await auditOf(store)).filter(({ keyId }) => keyId === key.id)).toHaveLength(4)
    expect(await verify()).toMatchObject({ ok: true })
  })

  it('keeps the tombstone of an imported key, so that its secret is not imported again (MGMT-17)', async () => {
    const { keyring, clock } = open({ imports: {} })
    const imported = { ...input, secret: { token: `old_${'x7'.repeat(20)}` }, entropyBits: 200 }
    const { id } = await keyring.import(imported)
    await keyring.delete(id)
    clock.at += 10 * dayMs
    expect(await keyring.prune({ tombstonesOlderThanMs: 5 * dayMs })).toMatchObject({ tombstones: 0 })
    await expect(keyring.import(imported)).rejects.toMatchObject({ code: 'invalid_state' })
  })

  it('forgets ids of requests after their day', async () => {
    const { keyring, clock } = await filled()
    await keyring.create(input, { idempotencyKey: 'r1' })
    expect(await keyring.prune({})).toMatchObject({ ids: 0 })
    clock.at += 2 * dayMs
    expect(await keyring.prune({})).toMatchObject({ ids: 1 })
  })

  it('is refused for a key, and by a store that keeps everything', async () => {
    const { keyring, key } = await filled()
    const actor = { type: 'key', id: key.id } as const
    await expect(keyring.prune({}, { actor })).rejects.toMatchObject({ code: 'scope_exceeds_actor' })
    const { retention: _, ...store } = memoryStore()
    const other = open({ store })
    await other.keyring.create(input)
    expect(await other.keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
    await expect(other.keyring.prune({})).rejects.toMatchObject({ code: 'invalid_options', field: 'store' })
  })

  it.each([
    [{ usageOlderThanMs: dayMs }, 'usageOlderThanMs'],
    [{ tombstonesOlderThanMs: -1 }, 'tombstonesOlderThanMs'],
    [{ audit: { olderThanMs: dayMs } }, 'audit.archive'],
    [{ audit: { archive: async () => {} } }, 'audit.olderThanMs'],
    [{ audit: { olderThanMs: 1, archive: async () => {}, zzz: 1 } }, 'audit.zzz'],
    [{ dryRun: undefined }, 'dryRun'],
    [{ usageOlderThanMs: undefined }, 'usageOlderThanMs'],
    [{ tombstonesOlderThanMs: undefined }, 'tombstonesOlderThanMs'],
    [{ audit: undefined }, 'audit'],
    [{ dryRun: 'yes' }, 'dryRun'],
    [{ onProgress: true }, 'onProgress'],
    [{ before: 1 }, 'before'],
  ])('refuses %j', async (query, field) => {
    const { keyring } = await filled()
    // @ts-expect-error as JavaScript may
    await expect(keyring.prune(query)).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  it('refuses bounds that it would not keep', async () => {
    const { keyring } = await filled()
    const options = { within: { organizationId } } as object
    await expect(keyring.prune({}, options)).rejects.toMatchObject({ code: 'invalid_input', field: 'within' })
  })

  it('tells of its steps, and ends where its listener throws', async () => {
    const { keyring, archive } = await filled()
    const steps: PruneProgress[] = []
    const onProgress = (step: PruneProgress) => {
      steps.push(step)
      if (steps.length === 2) throw new Error('killed')
    }
    const query = { audit: { olderThanMs: dayMs, archive }, onProgress }
    await expect(keyring.prune(query)).rejects.toThrow('killed')
    expect(await keyring.prune(query)).toMatchObject({ records: 0 })
    expect(steps).toEqual([
      { step: 'archive', organizationId, count: 2 },
      { step: 'audit', organizationId, count: 2 },
    ])
  })
})

describe('prunes of a random history, killed at random', () => {
  const act = fc.oneof(
    fc.record({
      do: fc.constantFrom('create', 'change', 'delete', 'use', 'late use'),
      key: fc.nat(5),
      ms: fc.nat(3 * dayMs),
    }),
    fc.record({ do: fc.constant('prune'), key: fc.nat(9), ms: fc.nat(12 * dayMs) }),
  )

  it('leave one chain in archive and log, the sums of each day, and live keys as they were (AUD-13, USE-6)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const { keyring, clock, store, verify } = open({ auditKeys: ring })
        const { archive, partsUpTo } = anArchive()
        const tokens: { id: string; token: string; live: boolean }[] = []
        const sums = new Map<string, number>()
        let batch = 0
        const use = async (id: string, at: number) => {
          const lastUsedAt = new Date(at)
          batch += 1
          await store.recordUsage(`b${batch}`, [
            { keyId: id, organizationId, hour: hourOf(lastUsedAt), count: 3, lastUsedAt },
          ])
          const name = `${id} ${Math.floor(at / dayMs)}`
          sums.set(name, (sums.get(name) ?? 0) + 3)
        }
        for (const one of acts) {
          clock.at += one.ms
          const held = tokens[one.key % Math.max(tokens.length, 1)]
          if (one.do === 'create' || (held === undefined && one.do !== 'prune')) {
            const { key, token } = await keyring.create(input)
            tokens.push({ id: key.id, token: token.reveal(), live: true })
          } else if (one.do === 'prune') {
            const query = {
              audit: { olderThanMs: one.ms, archive },
              usageOlderThanMs: 2 * dayMs,
              tombstonesOlderThanMs: 2 * dayMs,
            }
            // Killed after so many calls of the store.
            let left = one.key * 3
            const isDead = () => {
              left -= 1
              return left < 0
            }
            const killed = {
              ...store,
              retention: dyingAfter(store.retention ?? expect.unreachable(), isDead),
            }
            const dying = open({ auditKeys: ring, store: killed })
            await dying.keyring.prune(query).catch(() => {})
          } else if (held?.live === true) {
            if (one.do === 'change') await keyring.update(held.id, { name: `n${one.ms}` })
            if (one.do === 'use') await use(held.id, clock.at)
            if (one.do === 'late use') await use(held.id, clock.at - 3 * dayMs)
            if (one.do === 'delete') {
              await keyring.delete(held.id)
              held.live = false
            }
          }
        }
        expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
        if (tokens.length > 0) {
          const begin = await store.retention?.auditStart(organizationId)
          const archived = partsUpTo(begin?.seq ?? NaN) ?? expect.unreachable()
          const lines = [...archived, ...(await exported(keyring))]
          expect(await verifyAuditExport(lines, { auditKeys: ring })).toMatchObject({ ok: true })
        }
        const span = { organizationId, from: new Date(0), to: new Date(clock.at + dayMs), bucketMs: dayMs } as const
        const counted = await store.listKeyUsage({ ...span, keyIds: tokens.map(({ id }) => id) })
        expect(new Map(counted.map(({ keyId, hour, count }) => [`${keyId} ${hour.getTime() / dayMs}`, count]))).toEqual(
          sums,
        )
        for (const { token, live } of tokens) expect(await verify(token)).toBe(live ? 'ok' : 'api_key_invalid')
      }),
      { numRuns: 100 },
    )
  })
})

/** The same, whose calls fail from some moment on, half of them after they have done what was asked. */
function dyingAfter<T extends object>(target: T, isDead: () => boolean): T {
  return new Proxy(target, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        if (isDead()) throw new Error('killed')
        const answer: unknown = await Reflect.apply(member, of, args)
        if (isDead()) throw new Error('killed')
        return answer
      }
    },
  })
}

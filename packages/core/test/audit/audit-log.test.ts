import { describe, expect, it } from 'vitest'
import type { AuditFilter } from '../../src/audit/audit-filter.js'
import type { AuditListQuery } from '../../src/audit/audit-log.js'
import type { ExportQuery } from '../../src/audit/export-audit.js'
import type { AuditVerifyQuery } from '../../src/audit/verify-audit.js'
import type { AuditRecord } from '../../src/values/audit.js'
import type { JsonObject } from '../../src/values/json.js'
import { input, open, owner, start } from '../support/setup.js'

const { organizationId } = owner
const admin = { type: 'user', id: 'admin' } as const

/** A log of one organisation, a record every ten milliseconds: two keys, made, disabled and revoked. */
async function filled(options: Parameters<typeof open>[0] = {}) {
  const host = open(options)
  const { keyring, clock } = host
  const { key: first } = await keyring.create(input)
  clock.at += 10
  const { key: second } = await keyring.create(input, { actor: admin })
  clock.at += 10
  await keyring.disable(first.id, {}, { actor: admin })
  clock.at += 10
  await keyring.revoke(
    second.id,
    {},
    { actor: admin, context: { requestId: 'r1', ip: '203.0.113.7', userAgent: 'curl' } },
  )
  clock.at += 10
  const seqs = async (query: Partial<AuditListQuery> = {}) =>
    (await keyring.audit.list({ organizationId, ...query })).records.map(({ seq }) => seq)
  return { ...host, first: first.id, second: second.id, seqs }
}

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all.join('')
}

describe('audit.list (K11)', () => {
  it('returns records newest first, page by page, while others are added', async () => {
    const { keyring, first } = await filled()
    const page = await keyring.audit.list({ organizationId, limit: 2 })
    expect(page.records.map(({ seq, type }) => [seq, type])).toEqual([
      [4, 'api_key.revoked'],
      [3, 'api_key.disabled'],
    ])
    await keyring.enable(first)
    const next = await keyring.audit.list({ organizationId, limit: 2, cursor: page.nextCursor })
    expect(next.records.map(({ seq }) => seq)).toEqual([2, 1])
    expect(next.nextCursor).toBeNull()
  })

  it('returns all fields of each record', async () => {
    const { keyring, second } = await filled()
    expect((await keyring.audit.list({ organizationId, limit: 1 })).records).toEqual([
      {
        organizationId,
        seq: 4,
        type: 'api_key.revoked',
        actor: admin,
        keyId: second,
        context: { requestId: 'r1', ip: '203.0.113.7', userAgent: 'curl' },
        data: {},
        at: new Date(start + 30),
        auditKeyId: null,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  it.each([
    ['nothing', () => ({}), [4, 3, 2, 1]],
    ['a key', ({ first }) => ({ keyId: first }), [3, 1]],
    ['a type', () => ({ type: 'api_key.created' }), [2, 1]],
    ['an actor', () => ({ actor: admin }), [4, 3, 2]],
    ['an actor of another kind', () => ({ actor: { type: 'key', id: 'admin' } }), []],
    ['an instant on', () => ({ from: new Date(start + 10) }), [4, 3, 2]],
    ['before an instant', () => ({ to: new Date(start + 10) }), [1]],
    [
      'all together',
      ({ second }) => ({ keyId: second, type: 'api_key.revoked', actor: admin, from: new Date(start) }),
      [4],
    ],
    ['a key of another organisation', () => ({ organizationId: 'org2' }), []],
  ] as [string, (ids: { first: string; second: string }) => Partial<AuditFilter>, number[]][])(
    'filters by %s',
    async (_what, filter, expected) => {
      const { seqs, first, second, keyring } = await filled()
      await keyring.create({ ...input, owner: { ...owner, organizationId: 'org3' } })
      expect(await seqs(filter({ first, second }))).toEqual(expected)
    },
  )

  it.each([
    ['organizationId', { organizationId: '' }],
    ['organizationId', { organizationId: undefined }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 101 }],
    ['limit', { limit: 1.5 }],
    ['cursor', { cursor: '0' }],
    ['cursor', { cursor: '1; drop table api_keys' }],
    ['cursor', { cursor: 3 }],
    ['keyId', { keyId: 7 }],
    ['type', { type: ['api_key.created'] }],
    ['actor.type', { actor: null }],
    ['actor.type', { actor: 'admin' }],
    ['actor.id', { actor: { type: 'user' } }],
    ['from', { from: '2040-01-01' }],
    ['to', { to: new Date(Number.NaN) }],
  ])('refuses a wrong %s: %o', async (field, query) => {
    const { keyring } = open()
    const asked = { organizationId, ...query } as AuditListQuery // as a caller without types may
    await expect(keyring.audit.list(asked)).rejects.toMatchObject({ code: 'invalid_input', field })
    if (field === 'limit' || field === 'cursor') return
    const lines = keyring.audit.export({ ...asked, format: 'csv' })
    await expect(textOf(lines)).rejects.toMatchObject({ code: 'invalid_input', field })
  })
})

describe('audit.verify (AUD-5)', () => {
  it('passes an intact log, from the first record or from a checkpoint, and returns the next checkpoint', async () => {
    const { keyring, first } = await filled()
    const verdict = await keyring.audit.verify({ organizationId })
    const [last] = (await keyring.audit.list({ organizationId, limit: 1 })).records
    expect(verdict).toEqual({ ok: true, complete: true, checkpoint: { seq: 4, hash: last?.hash } })
    if (!verdict.ok) return
    const { checkpoint } = verdict
    for (const sinceCheckpoint of [false, true]) {
      expect(await keyring.audit.verify({ organizationId, checkpoint, sinceCheckpoint })).toEqual(verdict)
    }
    await keyring.enable(first)
    for (const sinceCheckpoint of [false, true]) {
      const later = await keyring.audit.verify({ organizationId, checkpoint, sinceCheckpoint })
      expect(later).toMatchObject({ ok: true, checkpoint: { seq: 5 } })
    }
  })

  it('passes an empty log, whose checkpoint still holds once there are records', async () => {
    const { keyring } = open()
    const verdict = await keyring.audit.verify({ organizationId })
    expect(verdict).toEqual({ ok: true, complete: true, checkpoint: { seq: 0, hash: '0'.repeat(64) } })
    if (!verdict.ok) return
    const { checkpoint } = verdict
    expect(await keyring.audit.verify({ organizationId, checkpoint })).toEqual(verdict)
    await keyring.create(input)
    const other = { seq: 0, hash: '1'.repeat(64) }
    expect(await keyring.audit.verify({ organizationId, checkpoint: other })).toMatchObject({ problem: 'rewritten' })
    for (const sinceCheckpoint of [false, true]) {
      expect(await keyring.audit.verify({ organizationId, checkpoint, sinceCheckpoint })).toMatchObject({ ok: true })
    }
  })

  it.each([499, 500, 501])('walks %i records while others are added', async (count) => {
    const { keyring, store } = open()
    const { key } = await keyring.create(input)
    for (let made = 1; made < count; made += 1) await keyring[made % 2 === 1 ? 'disable' : 'enable'](key.id)
    const { listAudit } = store
    store.listAudit = async (query) => {
      const page = await listAudit(query)
      await keyring.update(key.id, { name: `renamed ${page.length} ${query.order}` })
      return page
    }
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true, checkpoint: { seq: count } })
  })

  it.each([1, 2, 3, 4, 500, 501])(
    'checks at most %i records a call, and goes on with the checkpoint',
    async (limit) => {
      const { keyring, store } = await filled()
      const whole = await keyring.audit.verify({ organizationId })
      let [calls, verdict] = [1, await keyring.audit.verify({ organizationId, limit })]
      for (; verdict.ok && !verdict.complete; calls += 1) {
        const { checkpoint } = verdict
        expect(checkpoint.seq).toBe(calls * limit)
        verdict = await keyring.audit.verify({ organizationId, limit, checkpoint, sinceCheckpoint: true })
      }
      expect(verdict).toEqual(whole)
      expect(calls).toBe(Math.ceil(4 / limit))
      // A fault beyond what was checked is found by the call that comes to it.
      const { listAudit } = store
      store.listAudit = async (query) =>
        (await listAudit(query)).map((record) => (record.seq === 4 ? { ...record, data: { forged: true } } : record))
      const first = await keyring.audit.verify({ organizationId, limit })
      expect(first).toMatchObject(limit < 4 ? { ok: true, complete: false } : { problem: 'altered', seq: 4 })
    },
  )

  it.each([
    ['limit', { limit: 0 }],
    ['limit', { limit: 1.5 }],
    ['limit', { limit: '5' }],
    ['checkpoint', { sinceCheckpoint: true }],
    ['checkpoint', { checkpoint: { seq: 1, hash: 'abc' } }],
    ['checkpoint', { checkpoint: { seq: -1, hash: '0'.repeat(64) } }],
    ['checkpoint', { checkpoint: { seq: '1', hash: '0'.repeat(64) } }],
    ['checkpoint', { checkpoint: null }],
    ['checkpoint', { checkpoint: { seq: 1, hash: '0'.repeat(64), keyed: 'yes' } }],
    ['checkpoint.hsah', { checkpoint: { seq: 1, hsah: '0'.repeat(64) } }],
    ['organizationId', { organizationId: 'a\0b' }],
  ])('refuses a wrong %s: %o', async (field, query) => {
    const asked = { organizationId, ...query } as AuditVerifyQuery // as a caller without types may
    await expect(open().keyring.audit.verify(asked)).rejects.toMatchObject({ code: 'invalid_input', field })
  })

  it('reports that it cannot tell when the store does not answer', async () => {
    const { keyring, store } = await filled()
    store.listAudit = () => Promise.reject(new Error('down'))
    for (const asked of [keyring.audit.verify({ organizationId }), keyring.audit.list({ organizationId })]) {
      await expect(asked).rejects.toMatchObject({ code: 'store_unavailable' })
    }
  })
})

describe('audit.export (AUD-9)', () => {
  const parsed = (text: string): unknown[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  /** What RFC 4180 says of a file: records by line, cells by comma, quotes doubled. */
  const cellsOf = (text: string): string[][] =>
    text
      .split('\r\n')
      .slice(0, -1)
      .map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
          ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
        ),
      )

  it('writes the whole log as lines of JSON, with the record of the export last', async () => {
    const { keyring, store } = await filled()
    const text = await textOf(keyring.audit.export({ organizationId, format: 'jsonl' }, { actor: admin }))
    const records = await store.listAudit({ organizationId, order: 'asc', limit: 100 })
    expect(parsed(text)).toEqual(JSON.parse(JSON.stringify(records)))
    expect(records.at(-1)).toMatchObject({
      seq: 5,
      type: 'audit.exported',
      actor: admin,
      keyId: null,
      data: { format: 'jsonl', keyId: null, type: null, actor: null, from: null, to: null },
    })
  })

  it('writes the same records as CSV', async () => {
    const { keyring, store } = await filled()
    const text = await textOf(keyring.audit.export({ organizationId, format: 'csv' }))
    const [names, ...rows] = cellsOf(text)
    expect(names?.join()).toBe('seq,at,type,actorType,actorId,keyId,requestId,ip,userAgent,data,auditKeyId,hash')
    const records = await store.listAudit({ organizationId, order: 'asc', limit: 100 })
    const row = ({ seq, at, type, actor, keyId, context, data, auditKeyId, hash }: AuditRecord) => [
      ...[String(seq), at.toISOString(), type, actor.type, actor.id, keyId ?? ''],
      ...[
        context.requestId ?? '',
        context.ip ?? '',
        context.userAgent ?? '',
        JSON.stringify(data),
        auditKeyId ?? '',
        hash,
      ],
    ]
    expect(rows).toEqual(records.map(row))
  })

  it('writes what the filter leaves, and records the filter', async () => {
    const { keyring, store, first } = await filled()
    const query = {
      organizationId,
      keyId: first,
      actor: admin,
      from: new Date(start),
      to: new Date(start + 100),
    } as const
    const text = await textOf(keyring.audit.export({ ...query, format: 'jsonl' }))
    expect(parsed(text)).toMatchObject([{ seq: 3, keyId: first, type: 'api_key.disabled' }])
    expect((await store.listAudit({ organizationId, order: 'desc', limit: 1 }))[0]?.data).toEqual({
      format: 'jsonl',
      keyId: first,
      type: null,
      actor: admin,
      from: '2040-01-01T00:00:00.000Z',
      to: '2040-01-01T00:00:00.100Z',
    })
  })

  it('writes no line where its own record cannot be written', async () => {
    const { keyring, store, seqs } = await filled()
    const { appendAudit } = store
    store.appendAudit = () => Promise.reject(new Error('down'))
    const failing = keyring.audit.export({ organizationId, format: 'csv' })
    await expect(failing[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'store_unavailable' })
    store.appendAudit = appendAudit
    const lines = keyring.audit.export({ organizationId, format: 'csv' })[Symbol.asyncIterator]()
    expect(await seqs()).toHaveLength(4)
    await lines.next()
    expect(await seqs({ type: 'audit.exported' })).toEqual([5])
  })

  it('ends, though records are added as fast as it reads', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(input)
    for (let made = 1; made < 501; made += 1) await keyring.update(key.id, { name: `renamed ${made}` })
    const seqs: unknown[] = []
    for await (const line of keyring.audit.export({ organizationId, format: 'jsonl' })) {
      seqs.push((JSON.parse(line) as AuditRecord).seq)
      if (seqs.length > 600) break // red rather than without end
      await keyring.update(key.id, { name: `renamed again ${seqs.length}` })
    }
    expect(seqs).toEqual(Array.from({ length: 502 }, (_, at) => at + 1))
  })

  it.each([
    ['another organisation', { organizationId: 'org2' }],
    ['an owner in it', { owner }],
  ])('refuses a caller who may not reach beyond %s, and leaves no record', async (_what, within) => {
    const { keyring, seqs } = await filled()
    const lines = keyring.audit.export({ organizationId, format: 'csv' }, { within })
    await expect(textOf(lines)).rejects.toMatchObject({ code: 'invalid_input', field: 'organizationId' })
    expect(await seqs()).toHaveLength(4)
    const own = keyring.audit.export({ organizationId, format: 'csv' }, { within: { organizationId } })
    expect(cellsOf(await textOf(own))).toHaveLength(6)
  })

  it.each(['xml', undefined, 'CSV'])('refuses the format %o', async (format) => {
    const query = { organizationId, format } as ExportQuery // as a caller without types may
    await expect(textOf(open().keyring.audit.export(query))).rejects.toMatchObject({ field: 'format' })
  })

  describe('with hostile text', () => {
    /** The cells of one record with these texts, and its line of JSON. */
    const exported = async (userAgent: string, data: JsonObject = {}) => {
      const { keyring, store } = open()
      await store.appendAudit(organizationId, [
        { type: 'api_key.renamed', actor: admin, keyId: 'k', context: { userAgent }, data },
      ])
      const csv = await textOf(keyring.audit.export({ organizationId, format: 'csv' }))
      const jsonl = await textOf(keyring.audit.export({ organizationId, format: 'jsonl' }))
      const [, cells = []] = cellsOf(csv)
      return { csv, jsonl, cell: cells[8] ?? '', data: JSON.parse(cells[9] ?? ''), record: parsed(jsonl)[0] }
    }

    it.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '＋1', '－1', '＠1', `=cmd|' /C calc'!A0`, '=HYPERLINK("//evil")'])(
      'writes %s so that a spreadsheet reads no formula (MGMT-8)',
      async (text) => {
        expect((await exported(text)).cell).toBe(`'${text}`)
      },
    )

    it.each([';=1+1;', '; =1+1', `;"=1+1`, ';;@A1', 'a;-1'])(
      'writes %s so that a spreadsheet that separates by semicolons reads no formula',
      async (text) => {
        const { csv, data } = await exported(text, { name: text })
        for (const cell of csv.split('\r\n')[1]?.split(';') ?? []) expect(cell).not.toMatch(/^[\s"']*[=+\-@]/)
        expect(data).toEqual({ name: text })
      },
    )

    it.each(['Mozilla/5.0 (X11; Linux x86_64) a-b=c', "it's", 'a,b', 'a"b', '', 'a;b'])(
      'writes %j unchanged',
      async (text) => {
        expect((await exported(text)).cell).toBe(text)
      },
    )

    it.each([
      ['a line break', 'a\r\nb,"c'],
      ['a terminal sequence', '\u001b[2J\u009b31m'],
      ['a change of direction', 'user\u202etxt.exe\u2066'],
      ['what cannot be seen', 'a\u200b\ufeff\u{e0041}\u2028\u2029\u0000\u007f'],
      ['a tab before a formula', '\t=1+1'],
    ])('writes %s with escapes (AUD-7, T38)', async (_what, text) => {
      const { csv, jsonl, cell, data, record } = await exported(text, { name: text })
      expect(`${csv}${jsonl}`.replaceAll(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      expect(csv.split('\r\n')).toHaveLength(4)
      expect(jsonl.split('\n')).toHaveLength(4)
      expect(JSON.parse(`"${cell.replaceAll('"', '\\"')}"`)).toBe(text)
      expect([data, record]).toMatchObject([{ name: text }, { context: { userAgent: text }, data: { name: text } }])
    })
  })
})

describe('the context of an audit record', () => {
  it('is cut to 256 whole characters, and stays well-formed', async () => {
    const { keyring, seqs } = await filled()
    const userAgent = `${'x'.repeat(255)}😀`
    await keyring.create(input, { context: { userAgent, requestId: 'half \ud83d' } })
    const { records } = await keyring.audit.list({ organizationId, limit: 1 })
    expect(records[0]?.context).toEqual({ userAgent: `${'x'.repeat(255)}\ufffd`, requestId: 'half \ufffd' })
    expect(await seqs()).toHaveLength(5)
  })
})

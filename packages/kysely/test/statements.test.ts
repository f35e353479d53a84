import { formatToken } from '@keywright/core/token'
import type { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'

/** A keyring with two keys, and the statements that SQLite gets from then on. */
async function watched() {
  let statements: CompiledQuery[] = []
  const host = await keyringOnFile({ log: ({ query }) => statements.push(query) })
  const { key, token } = await host.keyring.create(input)
  await host.keyring.create(input)
  const during = async (work: () => Promise<unknown>): Promise<readonly CompiledQuery[]> => {
    statements = []
    await work()
    return statements
  }
  const planOf = ({ sql, parameters }: CompiledQuery): string =>
    (host.raw.prepare(`explain query plan ${sql}`).all([...parameters]) as { detail: string }[])
      .map(({ detail }) => detail)
      .join('; ')
  return { ...host, key, token, during, planOf }
}

describe('one verification (B3, B12)', () => {
  it.each([
    ['a good token', true],
    ['a wrong secret', false],
  ])('of %s is one read by primary key, and no write', async (_what, ok) => {
    const { keyring, key, token, during, planOf, raw } = await watched()
    const wrong = formatToken({ namespace: 'tk_live', id: key.id, secret: 'x'.repeat(32) })
    const written = () => (raw.prepare('select total_changes() as n').get() as { n: number }).n
    const before = written()
    const statements = await during(async () => {
      expect((await keyring.verify(ok ? token.reveal() : wrong)).ok).toBe(ok)
    })
    expect(statements).toHaveLength(1)
    const [read] = statements
    expect(read?.sql).toMatch(/^select /)
    expect(read?.parameters).toEqual([key.id])
    expect(planOf(read ?? expect.unreachable())).toMatch(
      /^SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 \(id=\?\)$/,
    )
    expect(written()).toBe(before)
  })

  it.each([
    ['nothing', ''],
    ['garbage', 'tk_live_garbage'],
    ['a token of another environment', 'tk_test_'],
  ])('of %s sends no statement', async (_what, text) => {
    const { keyring, during } = await watched()
    expect(await during(() => keyring.verify(text))).toEqual([])
  })
})

describe('the first verification of a process (HASH-13)', () => {
  it('reads the check values of its two peppers beside the key, and writes nothing; no other does', async () => {
    const { db, raw, token, during } = await watched()
    const { keyring } = keyringOver(kyselyStore(db))
    const written = () => (raw.prepare('select total_changes() as n').get() as { n: number }).n
    const before = written()
    const verify = async () => expect((await keyring.verify(token.reveal())).ok).toBe(true)
    const check = expect.stringMatching(/^select "value" from "api_key_checks" where "name" = \?$/)
    expect((await during(verify)).map(({ sql }) => sql)).toEqual([
      expect.stringContaining('"api_key_migrations"'),
      expect.stringContaining('"api_keys"'),
      check,
      check,
    ])
    expect(await during(() => Promise.all([verify(), verify()]))).toHaveLength(1)
    expect(written()).toBe(before)
    const rowOf = (id: string) => ({
      name: `$hmac-sha256$v=1$k=${id}$cGVwcGVyLWNoZWNr`,
      value: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(raw.prepare('select * from api_key_checks order by name').all()).toEqual([rowOf('p1'), rowOf('p2')])
  })
})

describe('a list', () => {
  const cursor = (page: { nextCursor: string | null }) => page.nextCursor ?? expect.unreachable()

  it.each([
    [
      'an organisation',
      { organizationId: owner.organizationId },
      'api_keys_by_organization_status (organization_id=? AND status=?',
    ],
    ['an owner', { owner }, 'api_keys_by_owner_status (organization_id=? AND owner_type=? AND owner_id=? AND status=?'],
    ['an owner’s active keys', { owner, status: 'active' }, 'api_keys_by_owner_status (organization_id=?'],
  ] as const)('of %s is one read of an index a page, without a scan', async (_what, query, index) => {
    const { keyring, during, planOf } = await watched()
    const first = await keyring.list({ ...query, limit: 1 })
    for (const page of [query, { ...query, limit: 1, cursor: cursor(first) }]) {
      const [read, ...more] = await during(() => keyring.list(page))
      expect(more).toEqual([])
      const plan = planOf(read ?? expect.unreachable())
      expect(plan).toContain(`SEARCH k USING COVERING INDEX ${index}`)
      expect(plan).not.toContain('SCAN k')
      if ('cursor' in page) expect(plan).toContain('created_at<?')
    }
  })
})

describe('the database (TOK-10)', () => {
  const hashes = ['hash', 'previous_hash', 'lookup_digest', 'sealed', 'audit_hash']

  /** All text of a database with 200 new keys, without hashes and ids; and the secrets of these keys. */
  async function dumpOfNewKeys() {
    const { keyring, raw } = await keyringOnFile()
    const secrets: string[] = []
    const ids: string[] = []
    for (let count = 0; count < 200; count += 1) {
      const { key, token } = await keyring.create(input)
      ids.push(key.id)
      secrets.push(token.reveal().slice(`tk_live_${key.id}_`.length))
    }
    const tables = raw.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]
    const values = tables
      .flatMap(({ name }) => raw.prepare(`select * from ${name}`).all() as Record<string, unknown>[])
      .flatMap((row) => Object.entries(row).filter(([column]) => !hashes.includes(column)))
      .flatMap(([, value]) => (typeof value === 'string' ? [value] : []))
    const hidden = new RegExp(ids.flatMap((id) => [id, `_${id.slice(0, 4)}…`]).join('|'), 'g')
    return { text: values.join('\n').replaceAll(hidden, '*'), rows: values.length, secrets }
  }

  const parts = (text: string): string[] => Array.from({ length: text.length - 4 }, (_, at) => text.slice(at, at + 5))

  it('holds no five consecutive characters of any secret outside of hashes', async () => {
    const { text, rows, secrets } = await dumpOfNewKeys()
    expect(rows).toBeGreaterThan(3_000)
    // Text that two databases share comes from names, not from secrets.
    const common = new Set(parts((await dumpOfNewKeys()).text))
    const kept = new Set(parts(text).filter((part) => !common.has(part)))
    expect(secrets.flatMap(parts).filter((part) => kept.has(part))).toEqual([])

    const [secret = ''] = secrets
    expect(parts(`${text} ${secret.slice(7, 12)}`).filter((part) => parts(secret).includes(part))).not.toEqual([])
  })
})

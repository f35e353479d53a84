import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineAccess, type ImportInput, type KeyringOptions, type Owner } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { parseToken, secretScanning } from '@keywright/core/token'
import { requireKey } from '@keywright/express'
import express from 'express'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serve } from './support/serve.js'
import { type SqliteFile, sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({ scopes: { 'files.read': 'See files', 'files.write': 'Change files' } })
const owner: Owner = { type: 'user', id: 'u1', organizationId: 'acme' }
const input = { name: 'ci', owner, scopes: ['files.read'] } as const

/** A product of today, with one route. */
async function product(file?: SqliteFile, options: Pick<KeyringOptions, 'imports' | 'auditKeys'> = {}) {
  const opened = await (file ?? (await sqliteFile())).open({
    prefix: 'tk',
    environment: 'live',
    access,
    resolveOwner: () => ({ scopes: ['*'] }),
    ...options,
  })
  const app = express()
  app.get('/files', requireKey(opened.keyring, { scopes: ['files.read'] }), ({ principal }, res) => {
    res.json({ user: principal.user?.id, key: principal.key.name })
  })
  return { ...opened, call: await serve(app) }
}

describe('one verification', () => {
  it('B3: is one read by primary key and no write', async () => {
    const { keyring, statements, call } = await product()
    const { token } = await keyring.create(input)
    statements.length = 0
    for (let request = 0; request < 20; request += 1) expect((await call('GET /files', token)).status).toBe(200)
    const read = expect.stringMatching(/^select .* from "api_keys" where "id" = \? +\/\* keywright: keep.* \*\/$/)
    expect(statements).toEqual(Array.from({ length: 20 }, () => read))
    expect(await keyring.stats({ organizationId: 'acme' })).toMatchObject({ callsLast24h: 20 })
  })

  it('B3: sees a revocation by another process on the next request', async () => {
    const file = await sqliteFile()
    const [one, other] = [await product(file), await product(file)]
    for (let round = 0; round < 10; round += 1) {
      const { key, token } = await one.keyring.create(input)
      expect((await other.call('GET /files', token)).status).toBe(200)
      await one.keyring.revoke(key.id)
      expect(await other.call('GET /files', token)).toMatchObject({ status: 401, body: { code: 'api_key_revoked' } })
    }
  })
})

describe('the audit log', () => {
  it('B4: a change whose record cannot be written is not made', async () => {
    const { keyring, db, store, call } = await product(undefined, { imports: {} })
    const { key, token } = await keyring.create(input)
    const disabled = await keyring.create(input)
    await keyring.disable(disabled.key.id)
    const before = await Promise.all([key, disabled.key].map(async ({ id }) => (await store.find(id))?.record))

    await sql`create trigger no_audit before insert on api_key_audit begin select raise(abort, 'disk full'); end`.execute(
      db,
    )
    const secret = { token: 'legacy_0123456789abcdef0123456789abcdef' }
    const changes = {
      create: () => keyring.create(input),
      import: () => keyring.import({ ...input, secret, entropyBits: 128 }),
      update: () => keyring.update(key.id, { scopes: ['*'] }),
      disable: () => keyring.disable(key.id),
      enable: () => keyring.enable(disabled.key.id),
      rotate: () => keyring.rotate(key.id),
      revoke: () => keyring.revoke(key.id),
      delete: () => keyring.delete(key.id),
    }
    for (const [verb, change] of Object.entries(changes)) {
      await expect(change(), verb).rejects.toMatchObject({ code: 'store_unavailable' })
    }
    await sql`drop trigger no_audit`.execute(db)
    const after = await Promise.all([key, disabled.key].map(async ({ id }) => (await store.find(id))?.record))
    expect(after).toEqual(before)
    expect((await keyring.list({ owner })).keys).toHaveLength(2)
    expect((await call('GET /files', token)).status).toBe(200)
    expect(await keyring.audit.verify({ organizationId: 'acme' })).toMatchObject({ ok: true, checkpoint: { seq: 3 } })
  })

  it.each([
    ['an edited record', sql`update api_key_audit set actor_id = 'ana' where seq = 2`, 'altered', 2],
    ['a removed record', sql`delete from api_key_audit where seq = 2`, 'missing', 2],
    [
      'a record given to somebody else',
      sql`update api_key_audit set organization_id = 'other' where seq = 3`,
      'missing',
      3,
    ],
    ['a cut end', sql`delete from api_key_audit where seq = 4`, 'truncated', 3],
  ] as const)(
    'B4: the database refuses to change a record, and verification finds %s made past it',
    async (_, tamper, problem, seq) => {
      const { keyring, db } = await product()
      const { key } = await keyring.create(input, { actor: { type: 'user', id: 'ana' } })
      const eve = { actor: { type: 'user', id: 'eve' } } as const
      await keyring.disable(key.id, {}, eve)
      await keyring.enable(key.id, eve)
      await keyring.revoke(key.id, {}, eve)
      const { checkpoint } = await verified(keyring)
      await expect(tamper.execute(db)).rejects.toThrow('append-only')

      // Who owns the database owns its triggers.
      for (const verb of ['update', 'delete']) await sql.raw(`drop trigger api_key_audit_no_${verb}`).execute(db)
      await tamper.execute(db)
      expect(await keyring.audit.verify({ organizationId: 'acme' })).toEqual({ ok: false, problem, seq })
      expect(await keyring.audit.verify({ organizationId: 'acme', checkpoint })).toMatchObject({ ok: false })
    },
  )

  it('B4: a chain that was rewritten in full is found with a checkpoint kept elsewhere, or with an audit key', async () => {
    const [file, a1] = [await sqliteFile(), randomBytes(32)]
    const honest = await product(file, { auditKeys: { current: 'a1', keys: { a1 } } })
    const { key } = await honest.keyring.create(input)
    await honest.keyring.disable(key.id)
    const { checkpoint } = await verified(honest.keyring)

    const { db, keyring: forger } = await product(file)
    for (const verb of ['update', 'delete']) await sql.raw(`drop trigger api_key_audit_no_${verb}`).execute(db)
    await sql`delete from api_key_audit`.execute(db)
    await sql`delete from api_key_counters`.execute(db)
    await forger.create(input)
    await forger.create(input)
    await verified(forger)
    const query = { organizationId: 'acme' }
    expect(await forger.audit.verify({ ...query, checkpoint })).toMatchObject({ ok: false, problem: 'rewritten' })
    expect(await honest.keyring.audit.verify(query)).toMatchObject({ ok: false, problem: 'altered', seq: 1 })
  })
})

async function verified(keyring: Awaited<ReturnType<typeof product>>['keyring']) {
  const verdict = await keyring.audit.verify({ organizationId: 'acme' })
  if (!verdict.ok) throw new Error(`the audit log is ${verdict.problem}`)
  return verdict
}

describe('tokens outside the product', () => {
  it('B5: a token with one wrong character is refused offline, without a database statement', async () => {
    const { keyring, statements, call } = await product()
    const { token } = await keyring.create(input)
    const text = token.reveal()
    statements.length = 0
    for (let at = 0; at < text.length; at += 1) {
      const mistyped = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
      expect((await call('GET /files', mistyped)).status, `position ${at}`).toBe(401)
    }
    expect(statements).toEqual([])
    expect((await call('GET /files', token)).status).toBe(200)
  })

  it('B5: the secret-scanning pattern finds the tokens in a file, and nothing else', async () => {
    const { keyring } = await product()
    const tokens: string[] = []
    for (let count = 0; count < 4; count += 1) tokens.push((await keyring.create(input)).token.reveal())
    const [first = '', second = '', third = '', fourth = ''] = tokens
    const folder = await mkdtemp(join(tmpdir(), 'keywright-scan-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'leak.txt')
    const lines = [
      `TASKS_KEY=${first}`,
      `curl -H 'Authorization: Bearer ${second}' https://api.example.com`,
      `{"log":"started\\n${third}\\tdone"}`,
      `https://example.com/?key=${fourth}&page=2`,
      'tk_live_a1B2… is a preview, tk_live_short is nothing, and this is a hash:',
      createHash('sha256').update(first).digest('hex'),
      `a longer word: x${first}, ${first}x`,
    ]
    await writeFile(path, lines.join('\n'))

    const { regex } = secretScanning(['tk_live', 'tk_test'])
    const found = [...(await readFile(path, 'utf8')).matchAll(new RegExp(regex, 'g'))].map(([, token]) => token ?? '')
    expect(found).toEqual(tokens)
    for (const token of found) expect(parseToken(token, adapterOf(keyring).format)).toMatchObject({ ok: true })
  })
})

/** Keys as another product made and stored them: the rows of its table, and the tokens that people hold. */
interface Foreign {
  readonly create: string
  /** Makes a token and the row that was stored of it. */
  readonly issue: () => { readonly token: string; readonly row: Readonly<Record<string, string>> }
  readonly read: (row: Readonly<Record<string, string>>) => Pick<ImportInput, 'secret' | 'name' | 'preview'>
}

const sha256 = (text: string) => createHash('sha256').update(text)
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const randomText = (length: number) => Array.from(randomBytes(length), (byte) => letters[byte % 62]).join('')
const keypalSalt = 'the salt of our keypal'

const foreign: Readonly<Record<string, Foreign>> = {
  'better-auth': {
    create: 'create table apikey (id text, name text, start text, prefix text, key text, userId text)',
    issue: () => {
      const token = `ba_${randomText(64)}`
      const key = sha256(token).digest('base64url')
      return {
        token,
        row: { id: randomText(32), name: 'from better-auth', start: token.slice(0, 6), prefix: 'ba_', key },
      }
    },
    read: ({ name = '', start = '', key = '' }) => ({
      name,
      preview: `${start}…`,
      secret: { format: 'better-auth', hash: key },
    }),
  },
  unkey: {
    create: 'create table keys (id text, hash text, start text, owner_id text, name text)',
    issue: () => {
      const token = `uk_${randomText(22)}`
      const hash = sha256(token).digest('base64')
      return { token, row: { id: `key_${randomText(16)}`, hash, start: token.slice(0, 7), name: 'from unkey' } }
    },
    read: ({ name = '', start = '', hash = '' }) => ({
      name,
      preview: `${start}…`,
      secret: { format: 'unkey', hash },
    }),
  },
  keypal: {
    create: 'create table apikeys (id text, "keyHash" text, metadata text)',
    issue: () => {
      const token = `sk_${randomText(32)}`
      const keyHash = sha256(token + keypalSalt).digest('hex')
      return { token, row: { id: randomText(21), keyHash, metadata: JSON.stringify({ name: 'from keypal' }) } }
    },
    read: ({ keyHash = '', metadata = '' }) => ({
      name: JSON.parse(metadata).name,
      secret: { format: 'keypal', hash: keyHash },
    }),
  },
  'a table of SHA-256 hashes': {
    create: 'create table tokens (label text, sha256 text)',
    issue: () => {
      const token = randomBytes(24).toString('hex')
      return { token, row: { label: 'from our own table', sha256: sha256(token).digest('hex') } }
    },
    read: ({ label = '', sha256 = '' }) => ({ name: label, secret: { format: 'sha256-hex', hash: sha256 } }),
  },
}

describe('keys from another product', () => {
  it.each(Object.entries(foreign))(
    'B6: imported from %s work unchanged, and are rehashed at first use',
    async (_, { create, issue, read }) => {
      const { keyring, db, store, statements, call } = await product(undefined, { imports: { keypalSalt } })
      const table = sql.table(/table (\w+)/.exec(create)?.[1] ?? '')
      await sql.raw(create).execute(db)
      const issued = [issue(), issue()]
      for (const { row } of issued) {
        const [columns, values] = [Object.keys(row).map((name) => sql.ref(name)), Object.values(row)]
        await sql`insert into ${table} (${sql.join(columns)}) values (${sql.join(values)})`.execute(db)
      }

      const { rows } = await sql<Record<string, string>>`select * from ${table}`.execute(db)
      const keys = []
      for (const row of rows)
        keys.push(await keyring.import({ owner, scopes: ['files.read'], ...read(row), entropyBits: 128 }))
      const [first] = rows
      await expect(
        keyring.import({ owner, ...read(first ?? {}), entropyBits: 128 }),
        'the same once more',
      ).rejects.toMatchObject({ code: 'invalid_state' })

      for (const [index, { token }] of issued.entries()) {
        const id = keys[index]?.id ?? ''
        const imported = (await store.find(id))?.record
        expect(imported?.hash).toMatch(/^sha256:/)
        statements.length = 0
        const works = { status: 200, body: { user: 'u1', key: keys[index]?.name } }
        expect(await call('GET /files', token)).toMatchObject(works)
        expect(statements[0]).toMatch(
          /^select .* from "api_keys" where "lookup_digest" in \(.*\) +\/\* keywright: keep.* \*\/$/,
        )

        // Beside the answer, its first use replaces the hash of elsewhere by one that needs the pepper.
        await expect.poll(async () => (await store.find(id))?.record.hash).toMatch(/^\$hmac-sha256\$/)
        expect((await store.find(id))?.record.lookupDigest).not.toBe(imported?.lookupDigest)
        expect(await call('GET /files', token)).toMatchObject(works)
        expect((await call('GET /files', `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`)).status).toBe(401)

        await keyring.revoke(id)
        expect(await call('GET /files', token)).toMatchObject({ status: 401, body: { code: 'api_key_revoked' } })
      }
    },
  )

  it('B6: are imported only within the boundary of the call (MGMT-5)', async () => {
    const { keyring } = await product(undefined, { imports: {} })
    const theirs = { ...input, secret: { token: randomText(32) }, entropyBits: 128 }
    const importing = (organizationId: string) => keyring.import(theirs, { within: { organizationId } })
    await expect(importing('umbrella')).rejects.toMatchObject({ code: 'invalid_input', field: 'owner' })
    expect(await importing('acme')).toMatchObject({ name: 'ci', owner })
  })
})

import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { formatToken } from '../../src/crypto/format-token.js'
import { importedKeyId } from '../../src/crypto/import-digest.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { createGate } from '../../src/http/gate.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import type { ImportInput } from '../../src/manage/import-key.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { KeyStore } from '../../src/store/key-store.js'
import { type access, hours, openKeyring, organization, peppered, start, user } from '../support/whole-key-setup.js'
import vectors from '../vectors/crypto.json' with { type: 'json' }
import { slowHasher } from './slow-hasher.js'

const { token, ...foreign } = vectors.import
const hex = foreign.hex_sha256
const base64 = foreign.unkey_base64_sha256
const base64url = foreign.better_auth_base64url_sha256
const salted = foreign.keypal_hex_sha256_salt_suffix_salt_pepper
const seamToken = foreign.seam_token.split('_').at(-1) ?? ''

type Secret = ImportInput['secret']
type Options = Partial<KeyringOptions<typeof access>>

/** A token of our form, with a wrong checksum. */
const mistyped = (namespace: string) => {
  const good = formatToken({ namespace, id: 'a1B2c3D4e5F6', secret: 'x'.repeat(32) })
  return `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`
}

const generic: Secret = { format: 'sha256-hex', hash: hex }

/** A keyring that recognises imported keys; the vectors' tokens begin with `tk`, and so its own must not. */
function openImporting(options: Options = {}) {
  const world = openKeyring({ prefix: 'kw', imports: { keypalSalt: 'pepper' }, ...options })
  const input = { name: 'old', owner: organization, scopes: ['members.read'] } as const
  const bring = (secret: Secret, more: Partial<ImportInput<typeof access>> = {}) =>
    world.keyring.import({ ...input, secret, entropyBits: 190, ...more })
  const present = async (presented: string) => {
    const verdict = await world.keyring.verify(presented)
    return verdict.ok ? verdict.principal.key.id : verdict.refusal.code
  }
  const stored = async (id: string) => {
    const found = await world.store.find(id)
    if (found === null) throw new Error(`There is no key ${id}`)
    return found.record
  }
  /** Presents a token that must be good, and waits until its key is kept by our own means. */
  const use = async (id: string, presented: string) => {
    expect(await present(presented)).toBe(id)
    await eventually(async () => expect((await stored(id)).lookupDigest).toMatch(/^\$hmac-sha256\$/))
    return stored(id)
  }
  return { ...world, bring, present, stored, use }
}

/** Waits for what is done beside the answers. */
const eventually = (check: () => unknown) => vi.waitFor(check, { interval: 1 })

/** A store that counts how often it is called, by method. */
function countedStore(): { store: KeyStore; calls: Record<string, number> } {
  const calls: Record<string, number> = {}
  const store = new Proxy(memoryStore({ now: () => start }), {
    get: (target, name: keyof KeyStore) => {
      calls[name] = (calls[name] ?? 0) + 1
      return target[name]
    },
  })
  return { store, calls }
}

let world: ReturnType<typeof openImporting>
beforeEach(() => {
  world = openImporting()
})

describe('an imported key (B6, TOK-15)', () => {
  it.each<[Secret, string]>([
    [{ format: 'better-auth', hash: base64url }, token],
    [{ format: 'unkey', hash: base64 }, token],
    [{ format: 'sha256-base64', hash: base64.replace('=', '') }, token],
    [{ format: 'sha256-hex', hash: hex.toUpperCase() }, token],
    [{ format: 'keypal', hash: hex }, token],
    [{ format: 'keypal', hash: salted }, token],
    [{ format: 'sha256-hex', hash: foreign.seam_hex_sha256_long }, seamToken],
    [{ token }, token],
    [{ token: seamToken }, seamToken],
  ])('from %j is found by its token, and by no other', async (secret, presented) => {
    const { id } = await world.bring(secret)
    for (let time = 0; time < 2; time += 1) {
      for (const other of [`${presented}x`, presented.slice(0, -1), presented.toUpperCase(), hex, base64, salted]) {
        expect(await world.present(other)).toBe('api_key_invalid')
      }
      const after = await world.use(id, presented)
      expect(after.hash).toMatch(/^\$hmac-sha256\$v=1\$k=p1\$/)
      expect(after.hash).not.toContain(after.lookupDigest)
      expect(JSON.stringify(after)).not.toContain(hex)
    }
  })

  it('is rehashed once, without delaying the answer, and is otherwise unchanged (HASH-4)', async () => {
    const store = memoryStore({ now: () => start })
    const replaceHash = vi.spyOn(store, 'replaceHash')
    world = openImporting({ store })
    const { id } = await world.bring(generic)
    const before = await world.stored(id)
    expect(before).toMatchObject({ hash: `sha256:${hex}`, lookupDigest: `sha256:${hex}` })
    expect(await Promise.all(Array.from({ length: 5 }, () => world.present(token)))).toEqual(Array(5).fill(id))
    const { hash, lookupDigest, ...after } = await world.use(id, token)
    expect({ ...before, ...after, hash: before.hash, lookupDigest: before.lookupDigest }).toEqual(before)
    const replaced = await Promise.all(replaceHash.mock.results.map(({ value }) => value))
    expect(replaced.filter(Boolean)).toHaveLength(1)
    expect(await world.present(token)).toBe(id)
    expect(replaceHash).toHaveBeenCalledTimes(replaced.length)
  })

  it('passes even when rehashing fails', async () => {
    const store = { ...memoryStore(), replaceHash: () => Promise.reject(new Error('read-only')) }
    world = openImporting({ store })
    const { id } = await world.bring(generic)
    expect(await world.present(token)).toBe(id)
    await eventually(() => expect(world.events).toMatchObject([{ type: 'api_key.rehash_failed', keyId: id }]))
    expect(await world.present(token)).toBe(id)
  })

  it('from a keypal installation with a salt is not found without the salt', async () => {
    world = openImporting({ imports: {} })
    await world.bring({ format: 'keypal', hash: salted })
    expect(await world.present(token)).toBe('api_key_invalid')
  })

  it('is disabled, expired and revoked as any other key', async () => {
    const { keyring, clock, bring, present } = world
    const { id } = await bring(generic, { expiresAt: hours(1) })
    await keyring.disable(id)
    expect(await present(token)).toBe('api_key_disabled')
    await keyring.enable(id)
    expect(await present(token)).toBe(id)
    clock.at = hours(1).getTime()
    expect(await present(token)).toBe('api_key_expired')
    await keyring.revoke(id)
    expect(await present(token)).toBe('api_key_revoked')
    await keyring.delete(id)
    expect(await present(token)).toBe('api_key_invalid')
  })

  it.each([true, false])(
    'is rotated to a token of ours, and its old token works in grace (used before: %s)',
    async (used) => {
      const { keyring, clock, bring, present, events } = world
      const { id } = await bring(generic)
      if (used) await world.use(id, token)
      const rotated = (await keyring.rotate(id, { graceMs: 1_000 })).token.reveal()
      expect(rotated).toContain(`kw_live_${id}_`)
      expect(await Promise.all([present(rotated), present(token)])).toEqual([id, id])
      expect(await present(rotated.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe('api_key_invalid')
      clock.at += 1_000
      expect(await Promise.all([present(rotated), present(token)])).toEqual([id, 'api_key_invalid'])
      expect(events).toContainEqual(expect.objectContaining({ type: 'api_key.used_after_revocation', keyId: id }))
    },
  )

  it('with a new hash that cannot be read is auth_unavailable, not a bad key, and its old token still works (HASH-1)', async () => {
    const { id } = await world.bring(generic)
    const rotated = (await world.keyring.rotate(id, { graceMs: 1_000 })).token.reveal()
    const { present } = openImporting({ store: world.store, hasher: peppered('p9') })
    expect(await Promise.all([present(token), present(rotated)])).toEqual([id, 'auth_unavailable'])
  })

  it('is found as long as its pepper is known, and moves to the current pepper on use', async () => {
    const reopen = (...ids: string[]) => openImporting({ store: world.store, hasher: peppered(...ids) })
    const { id } = await world.bring({ token })
    expect(await reopen('p1', 'p2').present(token)).toBe(id)
    await eventually(async () => expect((await world.stored(id)).lookupDigest).toMatch(/\$k=p2\$/))
    expect((await world.stored(id)).hash).toMatch(/\$k=p2\$/)
    expect(await reopen('p2').present(token)).toBe(id)
    expect(await world.present(token)).toBe('api_key_invalid')
  })

  it('shows the preview that it was given, and nothing of the token otherwise', async () => {
    expect((await world.bring({ token: 'old_key_0123456789' }, { preview: 'old_key…' })).preview).toBe('old_key…')
    expect((await world.bring({ token })).preview).toBe('imported')
  })
})

describe('a key of a product that hashes the last part of a token alone', () => {
  const plain = 'q8Vd2mYb0rKcT5sLhWn3PzXe7uGfJa1iOoEtRy4B'
  const long = '51FwqftsmMDHHbJAMEXXHCgG3vXWYn2vN'
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  const rows: [string, Secret, string, string[]][] = [
    [
      'Sanctum',
      { format: 'sanctum', hash: hashOf(plain), start: '12|' },
      `12|${plain}`,
      [plain, `13|${plain}`, `012|${plain}`, `12|${plain}x`, `12|${hashOf(plain)}`, `|${plain}`, '12|'],
    ],
    [
      'Sanctum with a prefix',
      { format: 'sanctum', hash: hashOf(`app_${plain}`), start: '12|' },
      `12|app_${plain}`,
      [`12|${plain}`, `app_${plain}`, `12|app|${plain}`],
    ],
    [
      'prefixed-api-key',
      { format: 'prefixed-api-key', hash: hashOf(long), start: 'acme_BRTRKFsL_' },
      `acme_BRTRKFsL_${long}`,
      [long, `acme_${long}`, `acme_BRTRKFsM_${long}`, `acme_BRTRKFsL_${long.slice(1)}`, `acme_BRTRKFsL__${long}`],
    ],
    [
      'prefixed-api-key, whose prefix is ours',
      { format: 'prefixed-api-key', hash: hashOf(long), start: 'kw_live_' },
      `kw_live_${long}`,
      [long, `kw_test_${long}`, `kw_${long}`],
    ],
  ]

  it.each(rows)('%s is found by the whole token, and by no other', async (_name, secret, presented, others) => {
    const { id } = await world.bring(secret)
    for (let time = 0; time < 2; time += 1) {
      for (const other of others) expect(await world.present(other)).toBe('api_key_invalid')
      const after = await world.use(id, presented)
      expect(after.hash).toMatch(/^\$hmac-sha256\$v=1\$k=p1\$/)
    }
    await expect(world.bring(secret)).rejects.toMatchObject({ code: 'invalid_state', keyId: id })
  })

  it.each(rows)('%s comes through a guard, in both headers', async (_name, secret, presented) => {
    const { id } = await world.bring(secret)
    const gate = createGate(world.keyring, { scopes: ['members.read'] })
    for (const field of [['Authorization', `Bearer ${presented}`] as const, ['X-API-Key', presented] as const]) {
      const request = { fields: [field], url: '/' }
      expect(await gate(request, request)).toMatchObject({ ok: true, principal: { key: { id } } })
    }
  })
})

describe("a key of another product that begins as this keyring's own", () => {
  const unkeys = `kw_live_${seamToken}`

  it.each([
    unkeys,
    'kw_test_3ZjGw8pQvN1x',
    'kw_live_a1B2c3D4e5F6',
    'kw_live_with:other$signs',
    `kw_live_${'-'.repeat(51)}`,
  ])('is found: %s', async (presented) => {
    const hash = createHash('sha256').update(presented).digest('base64')
    const { id } = await world.bring({ format: 'unkey', hash })
    expect(await world.present(`${presented}x`)).toBe('api_key_invalid')
    await world.use(id, presented)
    await expect(world.bring({ token: presented })).rejects.toMatchObject({ code: 'invalid_state', keyId: id })
  })

  it('is not looked up by a keyring without imports, and one of our form never is', async () => {
    const { store, calls } = countedStore()
    const { keyring } = openKeyring({ prefix: 'kw', store })
    await keyring.verify(unkeys)
    expect(calls.findByLookupDigest).toBeUndefined()
    const sentence =
      "secret.token must be a token that has not the form of this keyring's own: those are looked up by their id."
    await expect(world.bring({ token: mistyped('kw_live') })).rejects.toThrow(sentence)
  })
})

describe('a key with signs that no bearer token has', () => {
  it.each(['acme:live:0123456789abcdef', '$2024$0123456789abcdef', 'a!b#c%d&e*f@g^h|i~0123='])(
    'comes through a guard with imports, and is malformed for one without: %s',
    async (presented) => {
      const { id } = await world.bring({ token: presented })
      for (const field of [['Authorization', `Bearer ${presented}`] as const, ['X-API-Key', presented] as const]) {
        const request = { fields: [field], url: '/' }
        const found = await createGate(world.keyring)(request, request)
        expect(found).toMatchObject({ ok: true, principal: { key: { id } } })
        const without = openKeyring({ prefix: 'kw' }).keyring
        expect(await createGate(without)(request, request)).toMatchObject({ reply: { status: 400 } })
      }
    },
  )

  it.each(['"x0123456789"', 'x0123456789,', 'x;Bearer', '<x0123456789>', 'x 0123456789', '{x0123456789}', 'x\\0', ''])(
    'is malformed with what comes of copying and joining: %s',
    async (presented) => {
      const request = { fields: [['Authorization', `Bearer ${presented}`] as const], url: '/' }
      expect(await createGate(world.keyring)(request, request)).toMatchObject({ reply: { status: 400 } })
    },
  )
})

describe('the date of an imported key', () => {
  it('is that of the other product, and the log says when it was imported', async () => {
    const createdAt = new Date('2019-05-06T07:08:09.010Z')
    const key = await world.bring(generic, { createdAt })
    expect(key.createdAt).toEqual(createdAt)
    expect((await world.stored(key.id)).updatedAt).toEqual(start)
    expect((await world.snapshot()).log).toMatchObject([{ type: 'api_key.imported', at: start }])
    expect((await world.bring({ token: seamToken })).createdAt).toEqual(start)
  })
})

describe('importMany', () => {
  const inputOf = (secret: unknown, more: object = {}) =>
    ({ name: 'old', owner: organization, secret, entropyBits: 190, ...more }) as ImportInput<typeof access>

  it('gives a result for each key, and one that is refused stops no other', async () => {
    const { keyring, present } = world
    const list = [
      inputOf(generic),
      inputOf({ format: 'md5', hash: hex }),
      inputOf(generic),
      null as never,
      inputOf({ token: seamToken }, { scopes: ['members.reed'] }),
      inputOf({ token: seamToken }),
    ]
    const results = await keyring.importMany(list)
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual([
      'ok',
      'invalid_input',
      'invalid_state',
      'invalid_input',
      'scope_unknown',
      'ok',
    ])
    const ids = results.map((result) => (result.ok ? result.key.id : null))
    expect([await present(token), await present(seamToken)]).toEqual([ids[0], ids[5]])
    expect((await world.snapshot()).log.filter(({ type }) => type === 'api_key.imported')).toHaveLength(2)
    const again = await keyring.importMany(list)
    expect(again.every(({ ok }) => !ok)).toBe(true)
  })

  it('tries no further key when the store fails', async () => {
    const insert = vi.fn(() => Promise.reject(new Error('down')))
    world = openImporting({ store: { ...memoryStore(), insert } })
    const results = await world.keyring.importMany([inputOf(generic), inputOf({ token: seamToken })])
    expect(results.map((result) => !result.ok && result.error.code)).toEqual(['store_unavailable', 'store_unavailable'])
    expect(insert).toHaveBeenCalledOnce()
  })

  it('keeps each key within the bounds of the call', async () => {
    const [result] = await world.keyring.importMany([inputOf(generic)], { within: { organizationId: 'org2' } })
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_input', field: 'owner' } })
  })

  it.each([undefined, null, {}, 'x', Array(1_001).fill(inputOf(generic))])('refuses what is no list', async (list) => {
    const attempt = world.keyring.importMany(list as never)
    await expect(attempt).rejects.toThrow('list must be a list of at most 1000 keys.')
    expect((await world.snapshot()).log).toEqual([])
  })

  it('imports nothing of an empty list', async () => {
    expect(await world.keyring.importMany([])).toEqual([])
  })
})

describe('import of the same secret', () => {
  const twice: [string, Secret, Secret][] = [
    ['in the same form', generic, generic],
    ['in another format', generic, { format: 'unkey', hash: base64 }],
    ['as a hash, then as a token', generic, { token }],
    ['as a token, then as a hash', { token }, { format: 'better-auth', hash: base64url }],
    ['with a salt, then as a token', { format: 'keypal', hash: salted }, { token }],
  ]
  it.each(twice)('twice is refused the second time: %s', async (_name, first, second) => {
    const { id } = await world.bring(first)
    const before = await world.snapshot()
    await expect(world.bring(second)).rejects.toMatchObject({ code: 'invalid_state', keyId: id })
    expect(await world.snapshot()).toEqual(before)
    await world.use(id, token)
    await expect(world.bring(second)).rejects.toMatchObject({ code: 'invalid_state', keyId: id })
    await world.keyring.revoke(id)
    await expect(world.bring(second)).rejects.toMatchObject({ code: 'invalid_state', keyId: id })
  })

  it.each<Secret>([generic, { token }])('as %j is refused even after the key was deleted', async (secret) => {
    const { id } = await world.bring(secret)
    await world.keyring.delete(id)
    await expect(world.bring(secret)).rejects.toMatchObject({ code: 'invalid_state', keyId: id })
    expect(await world.present(token)).toBe('api_key_invalid')
  })

  it('many times at once imports one key', async () => {
    const outcomes = await Promise.allSettled(
      [generic, { token }, generic, { token }].map((secret) => world.bring(secret)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('gives the same id each time, in the common form', () => {
    expect(importedKeyId(`sha256:${hex}`)).toMatch(/^[0-9A-Za-z]{12}$/)
    expect(importedKeyId(`sha256:${hex}`)).toBe(importedKeyId(`sha256:${hex}`))
    expect(importedKeyId(`sha256:${hex}`)).not.toBe(importedKeyId(`sha256:${salted}`))
  })
})

describe('import of a secret of less than 112 bits (T41, HASH-10)', () => {
  const weak = 'hunter2-hunter2'
  const plain = createHash('sha256').update(weak).digest('hex')
  const entropyBits = 111
  const failureLimit = { limit: 100, windowMs: 60_000 }
  const slow = { imports: { slowHasher: slowHasher() }, failureLimit }

  it.each<[string, Options, Secret, string]>([
    ['as a hash', slow, { format: 'sha256-hex', hash: plain }, 'secret'],
    ['without a slow hasher', {}, { token: weak }, 'entropyBits'],
    ['without a pepper', { ...slow, hasher: sha256() }, { token: weak }, 'entropyBits'],
    [
      'with a hasher that cannot look up',
      { ...slow, hasher: { ...slowHasher(), pepperIds: ['p1'] } },
      { token: weak },
      'entropyBits',
    ],
  ])('is refused %s', async (_name, options, secret, field) => {
    world = openImporting(options)
    const before = await world.snapshot()
    await expect(world.bring(secret, { entropyBits })).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await world.snapshot()).toEqual(before)
  })

  it('keeps a slow hash and a peppered digest, also after updates', async () => {
    const reopen = (cost: number, ...ids: string[]) =>
      openImporting({
        store: world.store,
        hasher: peppered(...ids),
        imports: { slowHasher: slowHasher(cost) },
        failureLimit,
      })
    world = reopen(256, 'p1')
    const { id } = await world.bring({ token: weak }, { entropyBits })
    const searchable = [plain, importedKeyId(`sha256:${plain}`), plain.slice(0, 12)]
    const expectKept = async (cost: number, pepper: string) => {
      await eventually(async () => {
        const { hash, lookupDigest } = await world.stored(id)
        expect(hash).toContain(`$scrypt$n=${cost}$`)
        expect(lookupDigest).toContain(`$k=${pepper}$`)
      })
      for (const part of searchable) expect(JSON.stringify(await world.stored(id))).not.toContain(part)
    }
    await expectKept(256, 'p1')
    expect(await world.present(weak)).toBe(id)
    expect(await world.present(`${weak}x`)).toBe('api_key_invalid')
    await world.keyring.close()
    await expectKept(256, 'p1')

    expect(await reopen(512, 'p1').present(weak)).toBe(id) // dearer today
    await expectKept(512, 'p1')
    expect(await reopen(512, 'p1', 'p2').present(weak)).toBe(id)
    await expectKept(512, 'p2')
    expect(await reopen(512, 'p2').present(weak)).toBe(id) // the old pepper is gone
    await expect(reopen(512, 'p2', 'p3').bring({ token: weak }, { entropyBits })).rejects.toMatchObject({ keyId: id })
  })

  it('needs a keyring that limits failures, which is told at start-up (RATE-14)', () => {
    const imports = { slowHasher: slowHasher() }
    const sentence = 'Option imports.slowHasher needs failureLimit: secrets of less than 112 bits can be guessed'
    expect(() => openImporting({ imports })).toThrow(sentence)
    expect(() => openImporting({ imports })).toThrow(
      expect.objectContaining({ code: 'invalid_options', field: 'failureLimit' }),
    )
    openImporting({ imports: {} })
    openImporting({ imports, failureLimit })
  })

  it('and one of 112 bits needs nothing of that', async () => {
    const { id } = await world.bring(generic, { entropyBits: 112 })
    expect(await world.present(token)).toBe(id)
  })
})

describe('a keyring without imports', () => {
  it.each([token, seamToken, 'x', 'kw', `kw_live_${seamToken}`])(
    'refuses %s without reading the store',
    async (text) => {
      const { store, calls } = countedStore()
      const { keyring } = openKeyring({ prefix: 'kw', store })
      expect(await keyring.verify(text)).toMatchObject({ ok: false, refusal: { code: 'api_key_invalid' } })
      expect(calls).toEqual({ find: 1, checkValue: 1, watch: 1, budgets: 1, bindings: 1, transfers: 1 }) // at start-up, to see that it is a store
    },
  )

  it('refuses to import', async () => {
    world = openImporting({ imports: undefined })
    await expect(world.bring(generic)).rejects.toMatchObject({ code: 'invalid_options', field: 'imports' })
    expect((await world.snapshot()).keys.records).toEqual([])
  })

  it('makes its gate take no foreign token for a key, which a gate with imports does', async () => {
    for (const imports of [undefined, {}]) {
      const { keyring, bring, store } = openImporting({ imports: {} })
      await bring(generic)
      const gate = createGate(openKeyring({ prefix: 'kw', store, imports }).keyring, { scopes: ['members.read'] })
      for (const field of [['Authorization', `Bearer ${token}`] as const, ['X-API-Key', token] as const]) {
        const request = { fields: [field], url: '/' }
        const verdict = await gate(request, request)
        if (imports !== undefined) expect(verdict.ok).toBe(true)
        else expect(verdict).toMatchObject({ ok: false, reply: { status: 401 }, refusal: { reason: 'prefix' } })
      }
      await keyring.close()
    }
  })
})

describe('a keyring with imports', () => {
  it('reads the store once for a foreign token, and not by digest for a token of our form', async () => {
    const { store, calls } = countedStore()
    const { present } = openImporting({ store })
    expect(await present(token)).toBe('api_key_invalid')
    expect(calls).toEqual({
      find: 1,
      checkValue: 2,
      findByLookupDigest: 1,
      watch: 1,
      budgets: 1,
      bindings: 1,
      transfers: 1,
    })
    for (const text of [mistyped('kw_live'), mistyped('kw_test'), '', 'x'.repeat(256)]) await present(text)
    expect(calls).toEqual({
      find: 1,
      checkValue: 2,
      findByLookupDigest: 1,
      watch: 1,
      budgets: 1,
      bindings: 1,
      transfers: 1,
    })
  })

  it('does not count foreign tokens of no key as failed attempts at an id (RATE-6)', async () => {
    for (let count = 0; count < 12; count += 1) expect(await world.present(`${token}${count}`)).toBe('api_key_invalid')
    expect(world.events.map(({ type }) => type)).toEqual(Array(12).fill('api_key.verify_failed'))
  })

  it.each<[object, string]>([
    [{ secret: undefined }, 'secret'],
    [{ secret: null }, 'secret'],
    [{ secret: 'hunter2-hunter2' }, 'secret'],
    [{ secret: { token: 'short' } }, 'secret.token'],
    [{ secret: { token: 'with a space in it' } }, 'secret.token'],
    [{ secret: { token: 'x'.repeat(256) } }, 'secret.token'],
    [{ secret: { token: 7 } }, 'secret.token'],
    [{ secret: { token: mistyped('kw_live') } }, 'secret.token'], // would be looked up by an id
    [{ secret: { token: mistyped('kw_test') } }, 'secret.token'],
    [{ secret: { token: '"old_key_0123456789"' } }, 'secret.token'],
    [{ secret: { token: 'old_key_01234,56789' } }, 'secret.token'],
    [{ secret: { format: 'sanctum', hash: hex } }, 'secret.start'],
    [{ secret: { format: 'sanctum', hash: hex, start: '12' } }, 'secret.start'],
    [{ secret: { format: 'sanctum', hash: hex, start: 'acme_' } }, 'secret.start'],
    [{ secret: { format: 'sanctum', hash: base64, start: '12|' } }, 'hash'],
    [{ secret: { format: 'prefixed-api-key', hash: hex, start: 'acme' } }, 'secret.start'],
    [{ secret: { format: 'prefixed-api-key', hash: hex, start: 7 } }, 'secret.start'],
    [{ secret: { format: 'unkey', hash: base64, start: '12|' } }, 'secret.start'],
    [{ createdAt: hours(1) }, 'createdAt'],
    [{ createdAt: new Date(Number.NaN) }, 'createdAt'],
    [{ createdAt: '2019-05-06' }, 'createdAt'],
    [{ createdAt: null }, 'createdAt'],
    [{ secret: { format: 'unkey', hash: hex } }, 'hash'],
    [{ secret: { format: 'md5', hash: hex } }, 'secret.format'],
    [{ secret: { format: 'unkey', hash: undefined } }, 'hash'],
    [{ secret: { format: 'keypal', hash: 7 } }, 'hash'],
    [{ entropyBits: undefined }, 'entropyBits'],
    [{ entropyBits: 0 }, 'entropyBits'],
    [{ entropyBits: Number.NaN }, 'entropyBits'],
    [{ entropyBits: '190' }, 'entropyBits'],
    [{ preview: 'x'.repeat(25) }, 'preview'],
    [{ preview: '' }, 'preview'],
    [{ secret: { token: seamToken }, preview: seamToken }, 'preview'],
    [{ name: '' }, 'name'],
    [{ expiresAt: start }, 'expiresAt'],
  ])('refuses %j, and stores nothing', async (wrong, field) => {
    const before = await world.snapshot()
    const attempt = world.bring(generic, wrong as Partial<ImportInput<typeof access>>)
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await world.snapshot()).toEqual(before)
  })

  it('lets nobody import a key with more rights than the importer has (MGMT-5)', async () => {
    const input = { name: 'old', owner: user('u1'), secret: generic, entropyBits: 190 }
    for (const within of [{ organizationId: 'org2' }, { owner: user('u2') }]) {
      const attempt = world.keyring.import(input, { within })
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_input', field: 'owner' })
    }
    await expect(world.keyring.import(null as never)).rejects.toMatchObject({ field: 'input' })
    await world.keyring.import(input, { within: { organizationId: 'org1', owner: user('u1') } })
  })

  it('records an import as an import', async () => {
    const actor = { type: 'system', id: 'migration' } as const
    const input = { name: 'old', owner: organization, scopes: ['members.read'], secret: generic } as const
    const { id } = await world.keyring.import({ ...input, entropyBits: 190 }, { actor, context: { requestId: 'r1' } })
    const data = { name: 'old', owner: organization, scopes: ['members.read'] }
    expect((await world.snapshot()).log).toMatchObject([
      { type: 'api_key.imported', keyId: id, actor, context: { requestId: 'r1' }, data },
    ])
  })

  it('never shows a secret or its hash', async () => {
    const weak = 'hunter2-hunter2'
    const wrong: [Secret, object][] = [
      [{ token: `${token} ` }, {}],
      [{ format: 'unkey', hash: hex }, {}],
      [{ token: weak }, { entropyBits: 20 }],
      [generic, {}],
      [{ token }, {}],
      [{ token }, { preview: token }],
    ]
    const key = await world.bring(generic)
    const said: unknown[] = [key]
    for (const [secret, more] of wrong) {
      const error: Error = await world.bring(secret, more).then(
        () => expect.unreachable(),
        (thrown: Error) => thrown,
      )
      said.push(error.message, error.stack, { ...error })
    }
    await world.use(key.id, token)
    await world.present(`${token}x`)
    said.push(await world.keyring.get(key.id), (await world.snapshot()).log, world.events)
    const aloud = JSON.stringify(said)
    const canaries = [token.slice(-20), seamToken, weak, hex, base64url.slice(0, 20), base64.slice(0, 20)]
    for (const canary of canaries) expect(aloud).not.toContain(canary)
    expect(JSON.stringify(await world.store.list({ limit: 10 }))).not.toContain(token.slice(-20))
  })
})

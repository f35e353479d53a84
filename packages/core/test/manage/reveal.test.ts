import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { type Sealer, sealer } from '../../src/crypto/sealer.js'
import { OutcomeUnknown } from '../../src/errors/store-errors.js'
import { createKeyring } from '../../src/keyring/keyring.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { access, auditOf, input, open, owner, peppers, recordOf, start, write } from '../support/setup.js'

const keys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) }
const seals = sealer({ current: 'k1', keys: { k1: keys.k1 } })

/** A keyring with reveal, and one key; `asked` is what was asked of the sealer. */
async function withSealed(options: Parameters<typeof open>[0] = {}) {
  const asked: string[] = []
  const watched: Sealer = {
    ...seals,
    seal: (...args) => {
      asked.push('seal')
      return seals.seal(...args)
    },
    open: (...args) => {
      asked.push('open')
      return seals.open(...args)
    },
  }
  const host = open({ reveal: watched, ...options })
  const { key, token } = await host.keyring.create(input)
  return { ...host, asked, id: key.id, key, token: token.reveal() }
}

const unavailable = (reason: string) => ({ code: 'reveal_unavailable', reason })

describe('reveal (A7, ENC-1)', () => {
  it('is off by default, and no seal is stored', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(input)
    expect(key.revealable).toBe(false)
    expect((await recordOf(store, key.id)).sealed).toBeNull()
    await expect(keyring.reveal(key.id)).rejects.toMatchObject(unavailable('off'))
  })

  it('returns the token each time, and records each time', async () => {
    const { keyring, store, key, token } = await withSealed()
    expect(key.revealable).toBe(true)
    const { sealed, version } = await recordOf(store, key.id)
    expect(sealed).toMatch(/^\$aes-256-gcm\$v=1\$k=k1\$/)
    const actor = { type: 'user', id: 'u1' } as const
    const context = { requestId: 'r1' }
    for (const _ of [1, 2]) expect((await keyring.reveal(key.id, { actor, context })).reveal()).toBe(token)

    const records = await auditOf(store)
    expect(records.slice(1)).toMatchObject(
      [2, 3].map((seq) => ({ seq, type: 'api_key.revealed', actor, context, keyId: key.id, data: {} })),
    )
    expect(JSON.stringify(records)).not.toContain(token.slice(-38))
    expect((await recordOf(store, key.id)).version).toBe(version)
    expect(await keyring.get(key.id)).toEqual(key)
  })

  it('works in the named environments only', async () => {
    const { keyring, store } = open({ reveal: { sealer: seals, environments: ['test'] } })
    const live = await keyring.create(input)
    const test = await keyring.create({ ...input, environment: 'test' })
    expect([live.key.revealable, test.key.revealable]).toEqual([false, true])
    await expect(keyring.reveal(live.key.id)).rejects.toMatchObject(unavailable('off'))
    expect((await keyring.reveal(test.key.id)).reveal()).toBe(test.token.reveal())

    const later = open({ store, reveal: { sealer: seals, environments: ['live'] } }).keyring
    await expect(later.reveal(test.key.id)).rejects.toMatchObject(unavailable('off'))
    await expect(later.reveal(live.key.id)).rejects.toMatchObject(unavailable('not_sealed'))
  })

  it('is refused to every key as actor, whatever keys may do otherwise (ENC-6, MGMT-4)', async () => {
    const { keyring, store, id, asked } = await withSealed({ allowKeyManagement: true })
    asked.length = 0
    await expect(keyring.reveal(id, { actor: { type: 'key', id } })).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
      field: 'actor',
    })
    expect(asked).toEqual([])
    expect(await auditOf(store)).toHaveLength(1)
  })

  it.each([
    ['another organisation', { organizationId: 'org2' }],
    ['another owner', { owner: { ...owner, id: 'u2' } }],
  ])('finds no key within %s', async (_what, within) => {
    const { keyring, id, asked } = await withSealed()
    asked.length = 0
    await expect(keyring.reveal(id, { within })).rejects.toMatchObject({ code: 'key_not_found' })
    expect(asked).toEqual([])
  })

  it.each([
    ['the store', new Error('down'), 'store_unavailable'],
    ['the certainty', new OutcomeUnknown(), 'outcome_unknown'],
  ])('returns no token when its record fails for want of %s (ENC-6)', async (_what, error, code) => {
    const { keyring, store, id, asked } = await withSealed()
    const { change } = store
    store.change = async () => {
      throw error
    }
    await expect(keyring.reveal(id)).rejects.toMatchObject({ code })
    expect(asked).toContain('open')
    expect(await auditOf(store)).toHaveLength(1)
    store.change = change
    expect((await keyring.reveal(id)).reveal()).toMatch(/^tk_live_/)
  })

  it('returns the new token when another process rotates the key meanwhile', async () => {
    const { keyring, store, id, token } = await withSealed()
    const { change } = store
    let fresh = ''
    store.change = async (...args) => {
      store.change = change
      fresh = (await keyring.rotate(id)).token.reveal()
      return change(...args)
    }
    const shown = (await keyring.reveal(id)).reveal()
    expect(shown).toBe(fresh)
    expect(shown).not.toBe(token)
    expect((await auditOf(store)).map(({ type }) => type)).toEqual([
      'api_key.created',
      'api_key.rotated',
      'api_key.revealed',
    ])
  })
})

describe('the seal of a token (ENC-7)', () => {
  it('is replaced by rotation, after which only the new token is revealed', async () => {
    const { keyring, id, token, store } = await withSealed()
    const { sealed } = await recordOf(store, id)
    const fresh = (await keyring.rotate(id, { graceMs: 60_000 })).token.reveal()
    expect((await keyring.reveal(id)).reveal()).toBe(fresh)
    expect((await recordOf(store, id)).sealed).not.toBe(sealed)
    expect(fresh).not.toBe(token)
  })

  it('is erased by a rotation without reveal', async () => {
    const { store, id, keyring } = await withSealed()
    expect((await open({ store }).keyring.rotate(id)).key.revealable).toBe(false)
    expect((await recordOf(store, id)).sealed).toBeNull()
    await expect(keyring.reveal(id)).rejects.toMatchObject(unavailable('not_sealed'))
  })

  it('is erased by revocation and by deletion', async () => {
    const { keyring, store, id } = await withSealed()
    expect((await keyring.revoke(id)).revealable).toBe(false)
    expect((await recordOf(store, id)).sealed).toBeNull()
    await expect(keyring.reveal(id)).rejects.toMatchObject(unavailable('erased'))
    const other = await keyring.create(input)
    await keyring.delete(other.key.id)
    expect((await recordOf(store, other.key.id)).sealed).toBeNull()
    await expect(keyring.reveal(other.key.id)).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it('stays when the key is disabled or expired', async () => {
    const { keyring, clock } = await withSealed()
    const { key, token } = await keyring.create({ ...input, expiresAt: new Date(start + 10) })
    await keyring.disable(key.id)
    clock.at += 10
    expect((await keyring.reveal(key.id)).reveal()).toBe(token.reveal())
  })
})

describe('a seal that does not open (ENC-9)', () => {
  const flipped = (text: string) => `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.slice(-1)}`

  it.each([
    ['altered', flipped],
    ['cut', (text: string) => text.slice(0, -8)],
    ['no seal', () => 'sealed'],
    ['empty', () => ''],
    ['of a key that is not there', (text: string) => text.replace('k=k1', 'k=k9')],
  ])(
    'when %s gives the caller no detail and the operator an event, and the key still verifies',
    async (_what, spoil) => {
      const { keyring, store, events, asked, id, token, verify } = await withSealed()
      const { sealed } = await recordOf(store, id)
      await write(store, id, { sealed: spoil(sealed ?? '') })
      const error: unknown = await keyring.reveal(id).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        ...unavailable('unreadable'),
        message: `The token of key ${id} cannot be revealed.`,
      })
      expect(error).not.toHaveProperty('cause')
      expect(events).toEqual([{ type: 'api_key.reveal_failed', keyId: id }])
      expect(await auditOf(store)).toHaveLength(1)
      asked.length = 0
      expect(await verify(token)).toBe('ok')
      expect(asked).toEqual([])
    },
  )

  it('opens nothing for another sealer key of the same id (T2)', async () => {
    const { store, id } = await withSealed()
    const other = open({ store, reveal: sealer({ current: 'k1', keys: { k1: keys.k2 } }) }).keyring
    await expect(other.reveal(id)).rejects.toMatchObject(unavailable('unreadable'))
  })

  it('does not open in another row, of the same or another organisation (ENC-3, T4)', async () => {
    const { keyring, store, id } = await withSealed()
    const record = await recordOf(store, id)
    const other = await keyring.create(input)
    await write(store, other.key.id, { sealed: record.sealed })
    await expect(keyring.reveal(other.key.id)).rejects.toMatchObject(unavailable('unreadable'))

    const elsewhere = memoryStore()
    const stolen = { ...record, owner: { ...owner, organizationId: 'org2' } }
    const decide = () => ({ write: stolen, audit: [] })
    await elsewhere.insert({ id, organizationId: 'org2', quota: null, decide })
    await expect(open({ store: elsewhere, reveal: seals }).keyring.reveal(id)).rejects.toMatchObject(
      unavailable('unreadable'),
    )
  })
})

describe('a sealer that fails to seal (FI-31)', () => {
  const broken: Sealer = {
    ...seals,
    seal: () => Promise.reject(new Error('the key service is down')),
  }
  const brokenAtOnce: Sealer = {
    ...seals,
    seal: () => {
      throw new Error('the key service is down')
    },
  }

  it.each([
    ['later', broken],
    ['at once', brokenAtOnce],
  ])('%s makes creation and rotation fail, and changes nothing', async (_when, reveal) => {
    const { store, id, token, verify } = await withSealed()
    const before = await recordOf(store, id)
    const { keyring } = open({ store, reveal })
    await expect(keyring.create(input)).rejects.toMatchObject(unavailable('sealer'))
    await expect(keyring.rotate(id)).rejects.toMatchObject(unavailable('sealer'))
    expect(await recordOf(store, id)).toEqual(before)
    expect((await keyring.list()).keys).toHaveLength(1)
    expect((await keyring.stats({ organizationId: owner.organizationId })).totalCreated).toBe(1)
    expect(await auditOf(store)).toHaveLength(1)
    expect(await verify(token)).toBe('ok')
  })
})

describe('createKeyring with reveal', () => {
  const startWith =
    (reveal: unknown, pepper: string | Uint8Array = peppers.p1) =>
    () =>
      createKeyring({
        prefix: 'tk',
        environment: 'live',
        access,
        store: memoryStore(),
        hasher: hmacSha256({ current: 'p1', peppers: { p1: pepper } }),
        resolveOwner: 'uncapped',
        reveal: reveal as Sealer, // as a caller without types may
      })

  it.each([
    ['as bytes', keys.k1],
    ['as the same base64 text', keys.k1.toString('base64')],
  ])('refuses a seal key that is also a pepper, %s (ENC-8)', (_how, pepper) => {
    expect(startWith(seals, pepper)).toThrow(
      expect.objectContaining({
        code: 'invalid_options',
        field: 'reveal',
        message: expect.not.stringContaining('AQEB'),
      }),
    )
    expect(startWith({ sealer: seals, environments: ['live'] }, pepper)).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
    expect(startWith(seals)).not.toThrow()
  })

  it.each([
    ['reveal', true],
    ['reveal', 'on'],
    ['reveal', {}],
    ['reveal', { sealer: undefined, environments: ['live'] }],
    ['reveal', { ...seals, sharesKeyWith: undefined }],
    ['reveal.environments', { sealer: seals, environments: 'live' }],
    ['reveal.environments', { sealer: seals, environments: ['prod'] }],
    ['reveal.environments', { sealer: seals, environments: [null] }],
  ])('refuses as %s the value %o', (field, reveal) => {
    expect(startWith(reveal)).toThrow(expect.objectContaining({ code: 'invalid_options', field }))
  })
})

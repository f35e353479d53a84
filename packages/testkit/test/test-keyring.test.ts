import { defineAccess, memoryStore } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { auditOf, recordOf, testAccess, testKeyring, testOwners, writeRecord, wrongSecret } from '../src/index.js'

const owner = testOwners.user
const input = { name: 'ci', owner } as const

describe('testKeyring', () => {
  it('creates keys that it verifies, and collects its events', async () => {
    const { keyring, events, verify } = testKeyring()
    const { key, token } = await keyring.create({ ...input, preset: 'people' })
    expect(await verify(token.reveal())).toBe('ok')
    expect(await verify(wrongSecret(token.reveal()))).toBe('api_key_invalid')
    await keyring.revoke(key.id)
    expect(await verify(token.reveal())).toBe('api_key_revoked')
    expect(events).toContainEqual(expect.objectContaining({ keyId: key.id }))
  })

  it('expires a key when the test moves the clock', async () => {
    const { keyring, clock, verify } = testKeyring({ startAt: new Date('2050-01-01') })
    expect(clock.at).toBe(Date.UTC(2050, 0, 1))
    const { key, token } = await keyring.create({ ...input, expiresAt: new Date(clock.at + 1_000) })
    expect(key.createdAt.getTime()).toBe(clock.at)
    clock.at += 999
    expect(await verify(token.reveal())).toBe('ok')
    clock.at += 1
    expect(await verify(token.reveal())).toBe('api_key_expired')
  })

  it('gives owners without an entry everything, others what their entry says, and refuses those with null', async () => {
    const { keyring, authorities } = testKeyring()
    const { token } = await keyring.create({
      ...input,
      scopes: ['members.read', 'billing.pay'],
      roles: ['hosted'],
      resources: {
        board: { mode: 'specific', levels: { b1: 'edit' } },
        room: { mode: 'specific', levels: { r1: 'enter' } },
      },
    })
    const rights = async () => {
      const verdict = await keyring.verify(token.reveal())
      if (!verdict.ok) return verdict.refusal.code
      const { principal } = verdict
      return [
        principal.allows('members.read'),
        principal.allows('billing.pay'),
        await principal.levelOn('board', 'b1'),
        await principal.levelOn('room', 'r1'),
      ]
    }
    expect(await rights()).toEqual([true, true, 'edit', 'enter'])
    authorities.set(owner.id, { scopes: ['members.*'], levels: { board: { b1: 'read' } } })
    expect(await rights()).toEqual([true, false, 'read', null])
    authorities.set(owner.id, null)
    expect(await rights()).toBe('owner_inactive')
  })

  it('has an access model with a sensitive scope, implications, presets, both kinds of roles and several resources', () => {
    const { scopes, implies, presets, roles, resources } = testAccess
    expect([...scopes.values()].filter(({ sensitive }) => sensitive)).toHaveLength(1)
    expect(Object.keys(implies).length).toBeGreaterThan(1)
    expect(presets.size).toBeGreaterThan(1)
    expect(new Set([...roles.values()].map((role) => typeof role))).toEqual(new Set(['object', 'function']))
    expect([...resources.values()].map(({ levels }) => levels.length)).toEqual([2, 2])
  })

  it('takes options in place of its defaults, another access model and store included', async () => {
    const access = defineAccess({ scopes: { 'notes.read': 'Read notes' } })
    const store = memoryStore()
    const { keyring } = testKeyring({ access, store, prefix: 'note', resolveOwner: 'uncapped' })
    const { token, key } = await keyring.create({ ...input, scopes: ['notes.read'] })
    expect(token.reveal()).toMatch(/^note_live_/)
    expect((await recordOf(store, key.id)).grants.scopes).toEqual(['notes.read'])
    // @ts-expect-error a scope of another model
    await expect(keyring.create({ ...input, scopes: ['members.read'] })).rejects.toMatchObject({
      code: 'scope_unknown',
    })
  })
})

describe('recordOf, writeRecord and auditOf', () => {
  it('read and change the store past the keyring, so that the audit log does not grow', async () => {
    const { keyring, store } = testKeyring()
    const { key } = await keyring.create(input)
    await keyring.create({ name: 'elsewhere', owner: testOwners.stranger })
    await writeRecord(store, key.id, { name: 'renamed' })
    expect((await recordOf(store, key.id)).name).toBe('renamed')
    expect((await auditOf(store)).map(({ type }) => type)).toEqual(['api_key.created'])
    expect(await auditOf(store, testOwners.stranger.organizationId)).toHaveLength(1)
    await expect(recordOf(store, 'none')).rejects.toThrow('The store has no key none.')
  })
})

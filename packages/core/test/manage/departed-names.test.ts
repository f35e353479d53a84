import { testKeyring, testOwners } from '@keywright/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineAccess } from '../../src/access/define-access.js'
import type { Actor } from '../../src/values/owner.js'

const before = defineAccess({
  scopes: {
    'tasks.read': 'See tasks',
    'tasks.export': 'Export tasks',
    'notes.read': 'See notes',
    'b.see': 'See boards',
  },
  presets: { old: ['tasks.export'], all: ['*'] },
  roles: { exporter: ['tasks.export'], reader: ['tasks.read'] },
  resources: { board: { levels: { see: ['b.see'], own: [] } }, wall: { levels: { see: [] } } },
})
const after = defineAccess({
  scopes: { 'tasks.read': 'See tasks', 'b.see': 'See boards' },
  roles: { reader: ['tasks.read'] },
  resources: { board: { levels: { see: ['b.see'] } } },
})

const full = {
  name: 'ci',
  owner: testOwners.user,
  scopes: ['tasks.read', 'notes.*'],
  preset: 'old',
  roles: ['exporter', 'reader'],
  resources: {
    board: { mode: 'specific', levels: { b1: 'own', b2: 'see' } },
    wall: { mode: 'all', level: 'see' },
  },
} as const

const actor: Actor = { type: 'user', id: testOwners.user.id }

/** A key from before names left the access model, and a keyring of today over the same store. */
async function open() {
  const old = testKeyring({ access: before })
  const created = await old.keyring.create(full)
  const { keyring: typed, events, verify } = testKeyring({ access: after, store: old.store })
  const keyring = typed as unknown as typeof old.keyring // so that names of before compile
  return { old, ...created, keyring, events, verify }
}

/** The fields of a key that `update` takes, as `get` gave them. */
function settingsOf({ grants, ...key }: Awaited<ReturnType<typeof open>>['key']) {
  const { name, description, preset, metadata, expiresAt, ipAllowList, rateLimits } = key
  return { name, description, preset, metadata, expiresAt, ipAllowList, rateLimits, ...grants } as object
}

let world: Awaited<ReturnType<typeof open>>
beforeEach(async () => {
  world = await open()
})

describe('update of a key with names that left the access model (SCOPE-20)', () => {
  it.each([undefined, actor])('takes exactly what get gave, and changes nothing (actor: %j)', async (by) => {
    const { keyring, key } = world
    const same = settingsOf((await keyring.get(key.id)) ?? expect.unreachable())
    expect(await keyring.update(key.id, same, by === undefined ? {} : { actor: by })).toEqual(key)
  })

  it('keeps them beside a change, and lets each be taken off', async () => {
    const { keyring, key } = world
    const wider = await keyring.update(key.id, { ...settingsOf(key), name: 'ci 2' })
    expect(wider).toMatchObject({ name: 'ci 2', grants: key.grants, preset: 'old' })
    const less = { scopes: ['tasks.read'], roles: ['reader'], resources: {}, preset: null } as const
    const { grants, preset } = await keyring.update(key.id, less)
    expect({ grants, preset }).toEqual({
      grants: { scopes: ['tasks.read'], roles: ['reader'], resources: {} },
      preset: null,
    })
  })

  it.each<[string, object, string, string]>([
    ['a scope that it never had', { scopes: ['tasks.read', 'tasks.import'] }, 'scope_unknown', 'scopes[1]'],
    ['a scope that it has no more', { scopes: ['tasks.read', 'notes.*', 'notes.read'] }, 'scope_unknown', 'scopes[2]'],
    ['a role that it never had', { roles: ['reader', 'planner'] }, 'scope_unknown', 'roles[1]'],
    ['another preset', { preset: 'all' }, 'scope_unknown', 'preset'],
    [
      'another grant on a type that is gone',
      { resources: { wall: { mode: 'specific', levels: { w1: 'see' } } } },
      'scope_unknown',
      'resources',
    ],
    [
      'a level that is gone, on another resource',
      { resources: { board: { mode: 'specific', levels: { b2: 'own' } } } },
      'invalid_input',
      'resources["board"].levels["b2"]',
    ],
  ])('refuses %s', async (_, changes, code, field) => {
    const { keyring, key } = world
    await expect(keyring.update(key.id, changes)).rejects.toMatchObject({ code, field })
    expect(await keyring.get(key.id)).toEqual(key)
  })

  it('takes the expiry of an expired key as it is', async () => {
    const { old } = world
    const { key } = await old.keyring.create({ ...full, expiresAt: new Date(old.clock.at + 1_000) })
    old.clock.at += 1_000
    const expired = (await old.keyring.get(key.id)) ?? expect.unreachable()
    expect(await old.keyring.update(key.id, settingsOf(expired))).toEqual(expired)
    const renamed = await old.keyring.update(key.id, { ...settingsOf(expired), name: 'late' })
    expect(renamed).toMatchObject({ name: 'late', status: 'expired' })
  })
})

describe('a scope that left the catalog (SCOPE-20)', () => {
  it('is told once, when a key that has it is used', async () => {
    const { verify, old, token, key, events } = world
    const other = await old.keyring.create(full)
    expect(await verify(token.reveal())).toBe('ok')
    const told = (scope: string) => ({ type: 'api_key.unknown_scope', keyId: key.id, scope, organizationId: 'org1' })
    expect(events).toEqual([told('tasks.export'), told('notes.*')])
    for (const again of [token, other.token]) expect(await verify(again.reveal())).toBe('ok')
    expect(events).toHaveLength(2)
    expect(old.events).toEqual([])
  })

  it('is found by doctor, with ids of keys and names', async () => {
    const { keyring, old, key } = world
    const revoked = await old.keyring.create(full)
    await old.keyring.revoke(revoked.key.id)
    const [finding, ...more] = (await keyring.doctor()).filter(({ code }) => code !== 'clock_differs')
    expect(more).toEqual([])
    expect(finding).toEqual({
      code: 'unknown_names',
      severity: 'warning',
      message: [
        `Keys with names that the access model does not have: 1 of the newest 2, such as ${key.id}.`,
        'The names: tasks.export, notes.*, role exporter, resource type wall.',
        'They give nothing: put them back, or take them off the keys.',
      ].join(' '),
    })
    expect((await old.keyring.doctor()).map(({ code }) => code)).toEqual(['clock_differs'])
  })

  it('shows no more than five keys and five names', async () => {
    const { keyring, old } = world
    for (let more = 0; more < 5; more += 1) await old.keyring.create({ ...full, scopes: ['*.export', 'notes.read'] })
    const message = (await keyring.doctor()).find(({ code }) => code === 'unknown_names')?.message ?? ''
    expect(message).toMatch(/6 of the newest 6, such as (\w{12}, ){4}\w{12} …\./)
    expect(message).toMatch(/The names: ([^,]+, ){4}[^,]+ …\. /)
  })
})

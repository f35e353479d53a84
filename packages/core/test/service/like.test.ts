import { beforeEach, describe, expect, it } from 'vitest'
import type { CreateLikeInput, Key } from '../../src/index.js'
import { type access, hours, openKeyring, organization, start, user } from './whole-key-setup.js'

const model = {
  name: 'ci',
  owner: user('u1'),
  environment: 'test',
  description: 'Deploys',
  preset: 'read-only',
  roles: ['reader'],
  resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
  metadata: { team: { name: 'a' } },
  expiresAt: hours(1),
  ipAllowList: ['192.0.2.0/24'],
  rateLimits: [{ limit: 5, windowMs: 60_000 }],
} as const

const settingsOf = (key: Key) => {
  const { name, owner, environment, description, grants, preset, metadata, expiresAt, ipAllowList, rateLimits } = key
  return { name, owner, environment, description, grants, preset, metadata, expiresAt, ipAllowList, rateLimits }
}

let world: ReturnType<typeof openKeyring>
let like: string
let other: Key
beforeEach(async () => {
  world = openKeyring()
  other = (await world.keyring.create(model)).key
  like = other.id
})

async function copy(changes: Omit<CreateLikeInput<typeof access>, 'like'> = {}) {
  const { key } = await world.keyring.create({ like, ...changes })
  return settingsOf(key)
}

describe('a key like another (O6)', () => {
  it('has all that the other has, and an id, a token and a history of its own', async () => {
    world.clock.now = hours(0.5)
    const { key, token } = await world.keyring.create({ like })
    expect(settingsOf(key)).toEqual(settingsOf(other))
    expect(key).toMatchObject({ createdAt: hours(0.5), createdBy: { type: 'system' }, environment: 'test' })
    expect(key.id).not.toBe(like)
    expect(token.reveal()).toContain(`tk_test_${key.id}_`)
    await world.keyring.update(key.id, { metadata: {}, roles: [] })
    expect((await world.keyring.get(like))?.metadata).toEqual(model.metadata)
  })

  const scopesOnly = (scopes: string[], preset: string | null) => ({
    grants: { scopes, roles: ['reader'], resources: model.resources },
    preset,
  })
  it.each<[Omit<CreateLikeInput<typeof access>, 'like'>, object]>([
    [
      { name: 'other', environment: 'live' },
      { name: 'other', environment: 'live' },
    ],
    [{ owner: organization }, { owner: organization }],
    [{ scopes: ['billing.read'] }, scopesOnly(['billing.read'], null)],
    [{ scopes: [] }, scopesOnly([], null)],
    [{ scopes: ['billing.read'], preset: 'read-only' }, scopesOnly(['*.read', 'billing.read'], 'read-only')],
    [{ roles: [] }, { grants: { scopes: ['*.read'], roles: [], resources: model.resources }, preset: 'read-only' }],
    [{ resources: {} }, { grants: { scopes: ['*.read'], roles: ['reader'], resources: {} } }],
    [
      { description: null, metadata: {} },
      { description: null, metadata: {} },
    ],
    [
      { expiresAt: null, ipAllowList: null, rateLimits: null },
      { expiresAt: null, ipAllowList: null, rateLimits: null },
    ],
    [{ ipAllowList: [] }, { ipAllowList: [] }],
    [{ name: undefined, expiresAt: undefined, scopes: undefined }, {}],
  ])('differs in %j alone', async (changes, expected) => {
    expect(await copy(changes)).toEqual({ ...(await copy()), ...expected })
  })

  it('may be like one that was disabled or revoked, but lives; and not like one whose time is over', async () => {
    await world.keyring.revoke(like)
    expect((await world.keyring.create({ like })).key.status).toBe('active')
    world.clock.now = hours(1)
    await expect(world.keyring.create({ like })).rejects.toMatchObject({ code: 'invalid_input', field: 'expiresAt' })
    expect((await world.keyring.create({ like, expiresAt: null })).key.status).toBe('active')
  })

  it.each<[string, () => Promise<unknown>, object]>([
    ['no key', () => world.keyring.create({ like: 'nothing' }), { code: 'key_not_found' }],
    ['a deleted key', () => world.keyring.delete(like).then(() => copy()), { code: 'key_not_found' }],
    [
      'a key out of reach',
      () => world.keyring.create({ like, owner: organization }, { within: { organizationId: 'org2' } }),
      { code: 'key_not_found' },
    ],
    [
      'for an owner out of reach',
      () => world.keyring.create({ like, owner: user('u2') }, { within: { owner: user('u1') } }),
      { code: 'invalid_input', field: 'owner' },
    ],
    ['no id', () => world.keyring.create({ like: '' }), { code: 'invalid_input', field: 'like' }],
    ['a wrong change', () => copy({ name: '' }), { code: 'invalid_input', field: 'name' }],
  ])('is refused where it is like %s', async (_what, attempt, error) => {
    const { log } = await world.snapshot()
    await expect(attempt()).rejects.toMatchObject(error)
    const created = (await world.snapshot()).log.slice(log.length).filter(({ type }) => type === 'api_key.created')
    expect(created).toEqual([])
  })

  it('is in the audit log as what it is', async () => {
    const { key } = await world.keyring.create({ like, name: 'other' }, { actor: { type: 'system', id: 'cron' } })
    const [record] = (await world.keyring.audit.list({ organizationId: 'org1', keyId: key.id })).records
    expect(record).toMatchObject({
      type: 'api_key.created',
      at: start,
      actor: { type: 'system', id: 'cron' },
      data: { name: 'other', owner: model.owner, scopes: ['*.read'], roles: ['reader'], preset: 'read-only' },
    })
  })
})

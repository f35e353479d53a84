import { beforeEach, describe, expect, it } from 'vitest'
import type { CopyKeyInput } from '../../src/manage/key-input.js'
import type { Key } from '../../src/values/key.js'
import { type access, hours, openKeyring, organization, start, user } from '../support/whole-key-setup.js'

const model = {
  name: 'ci',
  owner: user('u1'),
  environment: 'test',
  description: 'Deploys',
  preset: 'read-only',
  roles: ['reader'],
  resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
  tags: ['prod'],
  metadata: { team: { name: 'a' } },
  expiresAt: hours(1),
  ipAllowList: ['192.0.2.0/24'],
  rateLimits: [{ limit: 5, windowMs: 60_000 }],
} as const

const settingsOf = (key: Key) => {
  const { name, owner, environment, description, grants, preset, tags, metadata, expiresAt, ipAllowList, rateLimits } =
    key
  return { name, owner, environment, description, grants, preset, tags, metadata, expiresAt, ipAllowList, rateLimits }
}

let world: ReturnType<typeof openKeyring>
let like: string
let other: Key
beforeEach(async () => {
  world = openKeyring()
  other = (await world.keyring.create(model)).key
  like = other.id
})

async function copy(changes: Omit<CopyKeyInput<typeof access>, 'copyFrom'> = {}) {
  const { key } = await world.keyring.create({ copyFrom: like, ...changes })
  return settingsOf(key)
}

describe('create with copyFrom (O6)', () => {
  it('copies all settings, and gives a new id, token and history', async () => {
    world.clock.at = hours(0.5).getTime()
    const { key, token } = await world.keyring.create({ copyFrom: like })
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
  it.each<[Omit<CopyKeyInput<typeof access>, 'copyFrom'>, object]>([
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
      { description: null, tags: [], metadata: {} },
      { description: null, tags: [], metadata: {} },
    ],
    [
      { expiresAt: null, ipAllowList: null, rateLimits: null },
      { expiresAt: null, ipAllowList: null, rateLimits: null },
    ],
    [{ ipAllowList: [] }, { ipAllowList: [] }],
    [{ name: undefined, expiresAt: undefined, scopes: undefined }, {}],
  ])('takes %j from the input in place of the copy', async (changes, expected) => {
    expect(await copy(changes)).toEqual({ ...(await copy()), ...expected })
  })

  it('makes an active key from a disabled or revoked one, and refuses an expiry that is past', async () => {
    await world.keyring.revoke(like)
    expect((await world.keyring.create({ copyFrom: like })).key.status).toBe('active')
    world.clock.at = hours(1).getTime()
    await expect(world.keyring.create({ copyFrom: like })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'expiresAt',
    })
    expect((await world.keyring.create({ copyFrom: like, expiresAt: null })).key.status).toBe('active')
  })

  it.each<[string, () => Promise<unknown>, object]>([
    ['no key', () => world.keyring.create({ copyFrom: 'nothing' }), { code: 'key_not_found' }],
    ['a deleted key', () => world.keyring.delete(like).then(() => copy()), { code: 'key_not_found' }],
    [
      'a key out of reach',
      () => world.keyring.create({ copyFrom: like, owner: organization }, { within: { organizationId: 'org2' } }),
      { code: 'key_not_found' },
    ],
    [
      'for an owner out of reach',
      () => world.keyring.create({ copyFrom: like, owner: user('u2') }, { within: { owner: user('u1') } }),
      { code: 'invalid_input', field: 'owner' },
    ],
    ['no id', () => world.keyring.create({ copyFrom: '' }), { code: 'invalid_input', field: 'copyFrom' }],
    ['a wrong change', () => copy({ name: '' }), { code: 'invalid_input', field: 'name' }],
  ])('refuses to copy %s', async (_what, attempt, error) => {
    const { log } = await world.snapshot()
    await expect(attempt()).rejects.toMatchObject(error)
    const created = (await world.snapshot()).log.slice(log.length).filter(({ type }) => type === 'api_key.created')
    expect(created).toEqual([])
  })

  it('is recorded as a creation, with the settings of the new key', async () => {
    const { key } = await world.keyring.create(
      { copyFrom: like, name: 'other' },
      { actor: { type: 'system', id: 'cron' } },
    )
    const [record] = (await world.keyring.audit.list({ organizationId: 'org1', keyId: key.id })).records
    expect(record).toMatchObject({
      type: 'api_key.created',
      at: start,
      actor: { type: 'system', id: 'cron' },
      data: { name: 'other', owner: model.owner, scopes: ['*.read'], roles: ['reader'], preset: 'read-only' },
    })
  })
})

import { auditOf, type TestKeyringOptions, testKeyring, testOwners } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'

const { organizationId } = testOwners.user
const firm = { type: 'organization', id: organizationId } as const
const person = (id: string) => ({ type: 'user', id, organizationId }) as const
const user = (id: string) => ({ type: 'user', id }) as const

/** A key of the organization that Ada created. */
async function open(options: TestKeyringOptions = {}, more: object = {}) {
  const opened = testKeyring(options)
  const input = { name: 'ci', owner: firm, scopes: ['members.read', 'billing.manage'], ...more } as const
  const { key, token } = await opened.keyring.create(input, { actor: user('ada') })
  return { ...opened, key, token: token.reveal() }
}

describe('transfer', () => {
  it('gives a key to somebody else who answers for it, with a record, and its token stays', async () => {
    const { keyring, store, key, token, verify } = await open()
    const moved = await keyring.transfer(key.id, { createdBy: user('bob') }, { actor: user('boss') })
    expect(moved).toMatchObject({ owner: firm, createdBy: user('bob'), version: 2 })
    expect(await verify(token)).toBe('ok')
    expect((await auditOf(store)).at(-1)).toMatchObject({
      type: 'api_key.transferred',
      actor: user('boss'),
      data: { before: { owner: firm, createdBy: user('ada') }, after: { owner: firm, createdBy: user('bob') } },
    })
    expect((await keyring.list({ organizationId, createdBy: user('bob') })).keys).toHaveLength(1)
  })

  it('caps the key to what its new owner may, from the next request on (SCOPE-6)', async () => {
    const { keyring, key, token, authorities } = await open()
    authorities.set('bob', { scopes: ['members.*'] })
    await keyring.transfer(key.id, { owner: person('bob') })
    const verdict = await keyring.verify(token)
    expect(verdict.ok && [verdict.principal.user?.id, verdict.principal.allows('members.read')]).toEqual(['bob', true])
    expect((await keyring.verify(token, { scopes: ['billing.manage'] })).ok).toBe(false)
    authorities.set('bob', null)
    expect((await keyring.verify(token)).ok).toBe(false)
  })

  it('refuses an actor that lacks what the key may do, so that nobody gains by it (SCOPE-14)', async () => {
    const { keyring, key, authorities } = await open()
    authorities.set('mia', { scopes: ['members.*'] })
    const byMia = { actor: user('mia') }
    await expect(keyring.transfer(key.id, { owner: person('mia') }, byMia)).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
      field: 'scopes',
    })
    expect(await keyring.get(key.id)).toMatchObject({ owner: firm, version: 1 })
  })

  it('reaches no key and no owner beyond the bounds of the call', async () => {
    const { keyring, key } = await open()
    const elsewhere = { within: { organizationId: 'org-2' } }
    await expect(keyring.transfer(key.id, { createdBy: user('bob') }, elsewhere)).rejects.toMatchObject({
      code: 'key_not_found',
    })
    const inside = { within: { owner: firm } }
    await expect(keyring.transfer(key.id, { owner: person('bob') }, inside)).rejects.toMatchObject({ field: 'owner' })
  })

  it('counts the key with its new owner where the plan counts by owner', async () => {
    const plans = { free: { maxKeys: 1 } }
    const { keyring, key } = await open({ plans, resolvePlan: () => 'free', countKeysBy: 'owner' })
    const { key: held } = await keyring.create({ name: 'own', owner: person('bob'), scopes: [] })
    const limited = { code: 'plan_limit_reached', limit: 1, used: 1 }
    await expect(keyring.transfer(key.id, { owner: person('bob') })).rejects.toMatchObject(limited)
    await keyring.revoke(held.id)
    expect(await keyring.transfer(key.id, { owner: person('bob') })).toMatchObject({ owner: person('bob') })
  })

  it('takes no place of a plan that counts the whole organization', async () => {
    const { keyring, key } = await open({ plans: { free: { maxKeys: 1 } }, resolvePlan: () => 'free' })
    expect(await keyring.transfer(key.id, { owner: person('bob') })).toMatchObject({ version: 2 })
  })

  it('leaves a lock as it is: the new owner cannot enable what an administrator disabled', async () => {
    const { keyring, key } = await open()
    await keyring.disable(key.id, {}, { actor: user('boss') })
    await keyring.transfer(key.id, { owner: person('bob') })
    const asBob = { actor: user('bob'), within: { owner: person('bob') } }
    await expect(keyring.enable(key.id, asBob)).rejects.toMatchObject({ code: 'key_locked' })
  })

  it('changes nothing for the same owner and creator, in a trial, and for an old version', async () => {
    const { keyring, store, key } = await open()
    expect(await keyring.transfer(key.id, { owner: firm, createdBy: user('ada') })).toMatchObject({ version: 1 })
    const trial = await keyring.transfer(key.id, { createdBy: user('bob') }, { dryRun: true })
    expect(trial).toMatchObject({ createdBy: user('bob'), version: 2 })
    const old = keyring.transfer(key.id, { createdBy: user('bob') }, { ifVersion: 9 })
    await expect(old).rejects.toMatchObject({ code: 'key_changed' })
    expect([await keyring.get(key.id), (await auditOf(store)).length]).toMatchObject([{ createdBy: user('ada') }, 1])
  })

  it.each<[string, (id: string) => [string, unknown], string]>([
    ['a transfer to nobody', (id) => [id, {}], 'owner'],
    ['an owner of another organization', (id) => [id, { owner: { ...person('bob'), organizationId: 'x' } }], 'owner'],
    ['an owner who is no member', (id) => [id, { owner: person('gone') }], 'owner'],
    ['a creator who is no member', (id) => [id, { createdBy: user('gone') }], 'createdBy'],
    ['a key as the creator', (id) => [id, { createdBy: { type: 'key', id: 'a1B2c3D4e5F6' } }], 'createdBy.type'],
    ['a creator without an id', (id) => [id, { createdBy: { type: 'user' } }], 'createdBy.id'],
    ['an owner that got lost', (id) => [id, { owner: undefined, createdBy: user('bob') }], 'owner'],
  ])('refuses %s', async (_, args, field) => {
    const { keyring, key, authorities } = await open()
    authorities.set('gone', null)
    const [id, input] = args(key.id)
    await expect(keyring.transfer(id, input as never)).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await keyring.get(key.id)).toMatchObject({ version: 1 })
  })

  it('refuses the key of a person, one that is revoked, and a store that cannot do it', async () => {
    const { keyring, key } = await open({}, { owner: person('ada') })
    await expect(keyring.transfer(key.id, { createdBy: user('bob') })).rejects.toMatchObject({ field: 'id' })
    const ended = await open()
    await ended.keyring.revoke(ended.key.id)
    const late = ended.keyring.transfer(ended.key.id, { createdBy: user('bob') })
    await expect(late).rejects.toMatchObject({ code: 'invalid_state', status: 'revoked' })
    const { store } = await open()
    const { keyring: without } = await open({ store: { ...store, transfers: undefined } })
    await expect(without.transfer(key.id, { createdBy: user('bob') })).rejects.toMatchObject({ field: 'store' })
  })
})

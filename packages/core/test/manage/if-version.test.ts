import { recordOf, testKeyring, testOwners } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import type { KeyHash } from '../../src/store/key-store.js'
import type { KeyRecord } from '../../src/values/key.js'

const { user: owner } = testOwners

async function openKey() {
  const world = testKeyring()
  const { key, token } = await world.keyring.create({ name: 'ci', owner, scopes: ['members.read'] })
  return { ...world, key, token }
}

type World = Awaited<ReturnType<typeof openKey>>
const verbs: Record<string, (world: World, ifVersion: number) => Promise<unknown>> = {
  update: ({ keyring, key }, ifVersion) => keyring.update(key.id, { name: 'mine' }, { ifVersion }),
  disable: ({ keyring, key }, ifVersion) => keyring.disable(key.id, {}, { ifVersion }),
  enable: ({ keyring, key }, ifVersion) => keyring.enable(key.id, { ifVersion }),
  revoke: ({ keyring, key }, ifVersion) => keyring.revoke(key.id, {}, { ifVersion }),
  rotate: ({ keyring, key }, ifVersion) => keyring.rotate(key.id, {}, { ifVersion }),
  delete: ({ keyring, key }, ifVersion) => keyring.delete(key.id, { ifVersion }),
}

const hashOf = ({ hash, lookupDigest }: KeyRecord): KeyHash => ({ hash: hash ?? expect.unreachable(), lookupDigest })

describe('ifVersion', () => {
  it.each(Object.entries(verbs))('%s changes nothing of a key that was changed since', async (_, act) => {
    const world = await openKey()
    const { keyring, key } = world
    expect(key.version).toBe(1)
    const changed = await keyring.update(key.id, { name: 'theirs' })
    expect(changed.version).toBe(2)
    await expect(act(world, 1)).rejects.toMatchObject({ code: 'key_changed', keyId: key.id, version: 2 })
    expect(await keyring.get(key.id)).toEqual(changed)
    await act(world, 2)
  })

  it('lets one of many changes at once pass', async () => {
    const world = await openKey()
    const { keyring, key } = world
    const edits = ['a', 'b', 'c', 'd'].map((name) => keyring.update(key.id, { name }, { ifVersion: 1 }))
    const done = await Promise.allSettled(edits)
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await keyring.get(key.id))?.version).toBe(2)
  })

  it('is the same after a use and after a hash anew', async () => {
    const { keyring, key, token, store } = await openKey()
    const other = await keyring.create({ name: 'ci', owner, scopes: ['members.read'] })
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    const [from, to] = [await recordOf(store, key.id), await recordOf(store, other.key.id)]
    expect(await store.replaceHash(key.id, hashOf(from), hashOf(to))).toBe(true)
    expect((await keyring.get(key.id))?.version).toBe(1)
  })

  it('is not told to those out of whose reach the key is', async () => {
    const { keyring, key } = await openKey()
    const within = { organizationId: 'another' }
    await expect(keyring.disable(key.id, {}, { within, ifVersion: 9 })).rejects.toMatchObject({ code: 'key_not_found' })
  })

  it.each([0, 1.5, '1', null, Number.NaN])('refuses %j', async (ifVersion) => {
    const { keyring, key } = await openKey()
    await expect(keyring.disable(key.id, {}, { ifVersion: ifVersion as number })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'ifVersion',
    })
  })

  it('refuses a version that got lost, and one for a key that does not exist yet', async () => {
    const { keyring, key } = await openKey()
    const lost = { ifVersion: undefined }
    await expect(keyring.disable(key.id, {}, lost)).rejects.toMatchObject({ code: 'invalid_input', field: 'ifVersion' })
    const options = { ifVersion: 1 } as object
    await expect(keyring.create({ name: 'ci', owner, scopes: [] }, options)).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})

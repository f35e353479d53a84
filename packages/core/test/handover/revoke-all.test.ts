import { auditOf, testKeyring, testOwners } from '@keywright/testkit'
import { describe, expect, it, vi } from 'vitest'

const { organizationId } = testOwners.user
const firm = { type: 'organization', id: organizationId } as const
const user = (id: string) => ({ type: 'user', id }) as const
const byAda = { organizationId, createdBy: user('ada') } as const

/** A keyring in which people and keys create keys, and each key can be named. */
function open() {
  const opened = testKeyring({ allowKeyManagement: true })
  const { keyring, clock } = opened
  const create = async (
    name: string,
    actor: { readonly type: 'user' | 'key'; readonly id: string },
    more: object = {},
  ) => {
    clock.advance(1) // lists are in the order of creation
    const { key } = await keyring.create({ name, owner: firm, scopes: ['members.read'], ...more }, { actor })
    return key.id
  }
  const live = async (within: string = organizationId) => {
    const { keys } = await keyring.list({ organizationId: within, status: ['active', 'disabled'], order: 'asc' })
    return keys.map(({ name }) => name).sort()
  }
  return { ...opened, create, live }
}

const namesOf = ({ revoked }: { readonly revoked: readonly { readonly name: string }[] }) =>
  revoked.map(({ name }) => name)

describe('revokeAll', () => {
  it('ends the keys that somebody created, with those that these created, each with a record', async () => {
    const { keyring, store, create, live } = open()
    const a = await create('a', user('ada'))
    const child = await create('a1', { type: 'key', id: a })
    await create('a11', { type: 'key', id: child })
    await create('b', user('bob'))
    await keyring.disable(await create('c', user('ada')))
    const done = await keyring.revokeAll(byAda, { reason: 'left' }, { actor: user('boss') })
    expect([namesOf(done), done.refused, done.nextCursor]).toEqual([['a', 'a1', 'a11', 'c'], [], null])
    expect(await live()).toEqual(['b'])
    const records = (await auditOf(store)).filter(({ type }) => type === 'api_key.revoked')
    expect(records.map(({ actor, data }) => [actor.id, data])).toEqual(Array(4).fill(['boss', { reason: 'left' }]))
    expect(namesOf(await keyring.revokeAll(byAda))).toEqual([])
  })

  it('names what would end, and changes nothing, with dryRun', async () => {
    const { keyring, store, create, live } = open()
    await create('a1', { type: 'key', id: await create('a', user('ada')) })
    const before = (await auditOf(store)).length
    expect(namesOf(await keyring.revokeAll(byAda, {}, { dryRun: true }))).toEqual(['a', 'a1'])
    expect([await live(), (await auditOf(store)).length]).toEqual([['a', 'a1'], before])
  })

  it('goes on where a call was cut off, also behind keys that it had revoked', async () => {
    const { keyring, store, create, live } = open()
    const a = await create('a', user('ada'))
    await create('a1', { type: 'key', id: a })
    await create('b', user('ada'))
    const { change } = store
    let calls = 0
    store.change = (...args) => {
      calls += 1
      return calls === 2 ? Promise.reject(new Error('down')) : change(...args)
    }
    await expect(keyring.revokeAll(byAda)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await live()).toEqual(['a1', 'b'])
    expect(namesOf(await keyring.revokeAll(byAda))).toEqual(['a1', 'b'])
  })

  it('does it in parts with limit, and none is left out', async () => {
    const { keyring, create, live } = open()
    for (let at = 0; at < 7; at += 1) await create(`k${at}`, user('ada'))
    const names: string[] = []
    let cursor: string | null = null
    let calls = 0
    do {
      const done: Awaited<ReturnType<typeof keyring.revokeAll>> = await keyring.revokeAll(byAda, {
        limit: 3,
        ...(cursor === null ? {} : { cursor }),
      })
      names.push(...namesOf(done))
      cursor = done.nextCursor
      calls += 1
    } while (cursor !== null)
    expect([names.length, new Set(names).size, calls, await live()]).toEqual([7, 7, 3, []])
  })

  it('ends more keys than a page has, and those that are made meanwhile', async () => {
    const { keyring, store, create, live } = open()
    for (let at = 0; at < 120; at += 1) await create(`k${at}`, user('ada'))
    const { list } = store
    const asked = vi.spyOn(store, 'list').mockImplementationOnce(async (query) => {
      const page = await list(query)
      await create('late', user('ada'))
      return page
    })
    expect(namesOf(await keyring.revokeAll(byAda))).toHaveLength(121)
    expect(await live()).toEqual([])
    expect(asked).toHaveBeenCalled()
  })

  it('ends keys of an owner, keys that a key created, and keys from before a backup (FI-40)', async () => {
    const { keyring, clock, create, live } = open()
    const mine = { type: 'user', id: 'ada', organizationId } as const
    const a = await create('a', user('ada'), { owner: mine })
    await create('a1', { type: 'key', id: a }, { owner: mine })
    await create('b', user('ada'))
    clock.advance(60_000)
    const issuedBefore = new Date(clock.at)
    await create('new', user('ada'))
    expect(namesOf(await keyring.revokeAll({ organizationId, childrenOf: a }, {}, { dryRun: true }))).toEqual(['a1'])
    expect(namesOf(await keyring.revokeAll({ organizationId, owner: mine }, { cascade: false }))).toEqual(['a', 'a1'])
    expect(namesOf(await keyring.revokeAll({ organizationId, issuedBefore }))).toEqual(['b'])
    expect(await live()).toEqual(['new'])
  })

  it('reaches no other organization, no key beyond its bounds, and says nothing of those', async () => {
    const { keyring, create, live } = open()
    const mine = { type: 'user', id: 'ada', organizationId } as const
    await create('firm', user('ada'))
    await create('mine', user('ada'), { owner: mine })
    await create('other', user('ada'), { owner: { type: 'organization', id: 'org-2' } })
    const done = await keyring.revokeAll(byAda, {}, { within: { owner: mine } })
    expect([namesOf(done), done.refused]).toEqual([['mine'], []])
    expect([await live(), await live('org-2')]).toEqual([['firm'], ['other']])
  })

  it('leaves a key alone that was transferred between the list and its turn', async () => {
    const { keyring, store, create, live } = open()
    const a = await create('a', user('ada'))
    const { list } = store
    vi.spyOn(store, 'list').mockImplementationOnce(async (query) => {
      const page = await list(query)
      await keyring.transfer(a, { createdBy: user('bob') })
      return page
    })
    expect(namesOf(await keyring.revokeAll(byAda))).toEqual([])
    expect(await live()).toEqual(['a'])
  })

  it('ends with everything where two calls run at once, and revokes each key once', async () => {
    const { keyring, store, create, live } = open()
    for (let at = 0; at < 20; at += 1) await create(`k${at}`, user('ada'))
    const both = await Promise.all([keyring.revokeAll(byAda), keyring.revokeAll(byAda)])
    expect(both.flatMap(namesOf)).toHaveLength(20)
    expect(await live()).toEqual([])
    expect((await auditOf(store)).filter(({ type }) => type === 'api_key.revoked')).toHaveLength(20)
  })

  it.each<[string, unknown[], string]>([
    ['a group without a selector', [{ organizationId }], 'createdBy'],
    ['a selector that got lost', [{ organizationId, createdBy: undefined, owner: firm }], 'createdBy'],
    ['the id of a creator alone', [{ organizationId, createdBy: 'ada' }], 'createdBy.type'],
    ['no organization', [{ createdBy: user('ada') }], 'organizationId'],
    ['two creators', [{ ...byAda, childrenOf: 'a1B2c3D4e5F6' }], 'childrenOf'],
    ['an owner of another organization', [{ organizationId, owner: { type: 'organization', id: 'x' } }], 'owner'],
    ['a limit out of range', [byAda, { limit: 0 }], 'limit'],
    ['a cascade that is no boolean', [byAda, { cascade: 'no' }], 'cascade'],
    ['a trial that got lost', [byAda, {}, { dryRun: undefined }], 'dryRun'],
    ['an option of another verb', [byAda, {}, { ifVersion: 1 }], 'ifVersion'],
  ])('refuses %s, and changes nothing', async (_, args, field) => {
    const { keyring, create, live } = open()
    await create('a', user('ada'))
    const refused = keyring.revokeAll(...(args as [never]))
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await live()).toEqual(['a'])
  })
})

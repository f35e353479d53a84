import { describe, expect, it } from 'vitest'
import { everything, open, ownKeys } from './setup.js'
import { openStores } from './stores.js'

describe.each(await openStores())('a disabled key, over %s (MGMT-10)', (_, store) => {
  const product = () => {
    const opened = open({ store, allowKeyManagement: true, api: { allowKeys: true } })
    const { people, org } = opened
    people[org] = { ...people[org], zoe: everything }
    return opened
  }
  const status = async ({ send }: ReturnType<typeof product>, request: string, as: string) =>
    (await send(request, { as })).status

  it('is enabled by its owner if they disabled it, and names them', async () => {
    const host = product()
    const { id } = await host.create('mia')
    const said = { status: 'disabled', disabled_by: { type: 'user', id: 'mia' }, locked: false }
    expect((await host.send(`POST /${id}/disable`)).body).toMatchObject(said)
    expect((await host.send(`GET /${id}`)).body).toMatchObject(said)
    const enabled = { status: 'active', disabled_by: null, locked: false }
    expect((await host.send(`POST /${id}/enable`)).body).toMatchObject(enabled)
  })

  it('is enabled by administrators alone if one of them disabled it, whoever did before', async () => {
    const host = product()
    const { id } = await host.create('mia')
    await host.send(`POST /${id}/disable`)
    const said = { status: 'disabled', disabled_by: { type: 'user', id: 'ada' }, locked: true }
    expect((await host.send(`POST /${id}/disable`, { as: 'ada' })).body).toMatchObject(said)
    expect((await host.send('GET /')).body.data).toMatchObject([said])
    await host.send(`POST /${id}/disable`)

    const before = await host.dump()
    expect(await host.send(`POST /${id}/enable`)).toMatchObject({
      status: 403,
      body: {
        code: 'key_locked',
        disabled_by: { type: 'user', id: 'ada' },
        detail: expect.stringContaining('Ask whoever disabled it, or an administrator.'),
      },
    })
    expect(await host.dump()).toBe(before)
    for (const request of [`PATCH /${id}`, `POST /${id}/rotate`]) {
      const { body } = await host.send(request, { body: request.startsWith('PATCH') ? { name: 'new' } : {} })
      expect(body).toMatchObject(said)
    }
    expect((await host.send(`POST /${id}/enable`, { as: 'zoe' })).body).toMatchObject({
      status: 'active',
      locked: false,
    })
    const { data } = (await host.send('GET /audit?type=api_key.disabled', { as: 'ada' })).body
    expect(data).toMatchObject([
      { actor: { id: 'ada' }, data: { locked: true } },
      { actor: { id: 'mia' }, data: { locked: false } },
    ])
  })

  it('is deleted by its owner, though an administrator disabled it', async () => {
    const host = product()
    const { id } = await host.create('mia')
    await host.send(`POST /${id}/disable`, { as: 'ada' })
    expect(await status(host, `DELETE /${id}?permanent=true`, 'mia')).toBe(204)
  })

  it('is enabled by a key that manages all keys, and by no other', async () => {
    const host = product()
    const scopes = [...ownKeys, 'api_keys.manage_all']
    const strong = await host.create('ada', { name: 'robot', scopes })
    const weak = await host.create('ada', { name: 'robot', scopes: ownKeys })
    const { id } = await host.create('mia')
    const own = await host.create('ada', { name: 'own' })
    await host.send(`POST /${id}/disable`, { as: 'ada' })
    await host.send(`POST /${own.id}/disable`, { as: 'zoe' })
    expect(await status(host, `POST /${id}/enable`, `key:${weak.id}`)).toBe(404)
    expect(await status(host, `POST /${own.id}/enable`, `key:${weak.id}`)).toBe(404)
    for (const locked of [id, own.id])
      expect(await status(host, `POST /${locked}/enable`, `key:${strong.id}`)).toBe(200)
  })

  it('by the own code of the host is enabled by an administrator, not by its owner', async () => {
    const host = product()
    const { id } = await host.create('mia')
    await host.keyring.disable(id)
    expect((await host.send(`GET /${id}`)).body).toMatchObject({ disabled_by: { type: 'system' }, locked: true })
    expect(await status(host, `POST /${id}/enable`, 'mia')).toBe(403)
    expect(await status(host, `POST /${id}/enable`, 'ada')).toBe(200)
  })

  it('of an administrator whom another one stopped is theirs to enable', async () => {
    const host = product()
    const { id } = await host.create('ada')
    await host.send(`POST /${id}/disable`, { as: 'zoe' })
    expect(await status(host, `POST /${id}/enable`, 'ada')).toBe(200)
  })
})

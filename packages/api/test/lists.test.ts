import { describe, expect, it } from 'vitest'
import { open } from './setup.js'
import { openStores } from './stores.js'

describe.each(await openStores())('lists of a settings page over %s', (_name, store) => {
  const page = async () => {
    const product = open({ store })
    const { create, send, keyring } = product
    const deploy = await create('mia', { name: 'CI deploy', scopes: ['members.*'] })
    const zebra = await create('mia', { name: 'Zebra', environment: 'test', expires_at: '2999-01-01T00:00:00Z' })
    const elan = await create('max', { name: 'Élan', roles: ['planner'] })
    await send(`POST /${elan.id}/disable`, { as: 'max' })
    const names = async (query: string, as = 'ada'): Promise<string[]> => {
      const { body } = await send(`GET /?${query}`, { as })
      return body.data.map(({ name }: { name: string }) => name)
    }
    return { ...product, keyring, deploy, zebra, elan, names }
  }

  it('search, filter and sort, each and together, for those whom the list is for', async () => {
    const { names, keyring, deploy, send } = await page()
    expect(await names('search=DEP')).toEqual(['CI deploy'])
    expect(await names(`search=${encodeURIComponent(deploy.body.preview)}`)).toEqual(['CI deploy'])
    expect(await names('search=dep', 'max')).toEqual([])
    expect(await names('environment=test')).toEqual(['Zebra'])
    expect(await names('scope=members.read&sort=name')).toEqual(['CI deploy', 'Élan'])
    expect(await names('scope=members.invite')).toEqual(['CI deploy'])
    expect(await names('status=disabled,revoked')).toEqual(['Élan'])
    expect(await names('status=active&status=disabled&sort=-name')).toEqual(['Zebra', 'Élan', 'CI deploy'])
    expect(await names('expiring_before=3000-01-01T00:00:00Z')).toEqual(['Zebra'])
    expect(await names('unused_since=2999-01-01T00:00:00Z&status=active&sort=name')).toEqual(['CI deploy', 'Zebra'])
    await keyring.verify(deploy.token)
    await keyring.stats({ organizationId: deploy.body.owner.organization_id })
    expect(await names('sort=-last_used_at&limit=1')).toEqual(['CI deploy'])
    expect(await names('sort=expires_at&limit=1')).toEqual(['Zebra'])
    expect((await send('GET /?total=true&limit=1', { as: 'ada' })).body.total).toEqual({ count: 3, exact: true })
    expect((await send('GET /?total=true&search=zebra', { as: 'ada' })).body.total).toEqual({ count: 1, exact: true })
    expect((await send('GET /', { as: 'ada' })).body).not.toHaveProperty('total')
    const { owner } = deploy.body
    const whole = await names('sort=name')
    const of = (await send('GET /?sort=name&limit=100', { as: 'ada' })).body.data
    expect(await names(`sort=name&owner_id=${owner.id}`)).toEqual(
      of
        .filter((key: { owner: { id: string } }) => key.owner.id === owner.id)
        .map(({ name }: { name: string }) => name),
    )
    expect(await names('owner_id=nobody')).toEqual([])
    expect(await names(`sort=name&created_by_type=user&created_by_id=${owner.id}`)).toEqual(
      of
        .filter(({ created_by: by }: { created_by: { id: string } }) => by.id === owner.id)
        .map(({ name }: { name: string }) => name),
    )
    expect(await names('created_by_type=system&created_by_id=nobody')).toEqual([])
    expect(whole).toHaveLength(3)
    expect((await send(`GET /?owner_id=${owner.id}`, { as: 'max' })).status).toBe(403)
    const alone = await send('GET /?created_by_id=x', { as: 'ada' })
    expect(alone.body.errors).toMatchObject([{ parameter: 'created_by_type', code: 'required' }])
    const two = await send('GET /?owner=me&owner_id=x', { as: 'ada' })
    expect(two.body.errors).toMatchObject([{ parameter: 'owner_id' }])
  })

  it('have keys by words of their tags, and by whole tags, of which a key has all', async () => {
    const { names, send, deploy, zebra } = await page()
    const tagged = await send(`PATCH /${deploy.id}`, { as: 'mia', body: { tags: ['Équipe bleue', 'Prod'] } })
    expect(tagged).toMatchObject({ status: 200, body: { tags: ['Équipe bleue', 'Prod'], version: 2 } })
    const copy = await send('POST /', { as: 'mia', body: { copy_from: deploy.id, name: 'copy' } })
    expect(copy.body.tags).toEqual(['Équipe bleue', 'Prod'])
    await send(`PATCH /${zebra.id}`, { as: 'mia', body: { tags: ['production', 'prod'] } })
    expect(await names('tag=PROD&sort=name')).toEqual(['CI deploy', 'copy', 'Zebra'])
    expect(await names('tag=prod&tag=equipe+bleue&sort=name')).toEqual(['CI deploy', 'copy'])
    expect(await names('tag=prod,production')).toEqual(['Zebra'])
    expect(await names('tag=equipe')).toEqual([])
    expect(await names('search=bleu+ci')).toEqual(['CI deploy'])
    expect(await names('tag=prod&search=zeb')).toEqual(['Zebra'])
    const bulk = { filter: { tag: ['production'] }, dry_run: true }
    expect((await send('POST /bulk/disable', { as: 'ada', body: bulk })).body.data).toMatchObject([{ id: zebra.id }])
    const cleared = await send(`PATCH /${zebra.id}`, { as: 'mia', body: { tags: [] } })
    expect([cleared.body.tags, await names('tag=production')]).toEqual([[], []])
  })

  it.each([
    [['a', 'b,c'], '/tags/1'],
    [['a', 'x'.repeat(51)], '/tags/1'],
    [['a', ' '], '/tags/1'],
    [['a', 'b\u0007'], '/tags/1'],
    [['Prod', 'prod'], '/tags/1'],
    [Array.from({ length: 21 }, (_, at) => `t${at}`), '/tags'],
    ['prod', '/tags'],
    [null, '/tags'],
  ])('refuse the tags %j at their place', async (tags, pointer) => {
    const { send } = open({ store })
    const refused = await send('POST /', { as: 'ada', body: { name: 'ci', tags } })
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ pointer }] } })
  })

  it('go on by a link that keeps what was asked for, and take no cursor of another order', async () => {
    const { send } = await page()
    const seen: string[] = []
    let path = '/?limit=1&sort=name&status=active&status=disabled'
    let cursor = ''
    while (path !== '' && seen.length < 9) {
      const { body, headers } = await send(`GET ${path}`, { as: 'ada' })
      seen.push(...body.data.map(({ name }: { name: string }) => name))
      cursor = body.next_cursor ?? cursor
      path = /^<\/api\/api-keys([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? ''
    }
    expect(seen).toEqual(['CI deploy', 'Élan', 'Zebra'])
    for (const sort of ['-name', 'created_at', '-last_used_at']) {
      const refused = await send(`GET /?sort=${sort}&cursor=${cursor}`, { as: 'ada' })
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ parameter: 'cursor' }] } })
    }
  })

  it.each([
    ['tag', ''],
    ['tag', 'a,,b'],
    ['tag', 'x'.repeat(51)],
    ['tag', Array(21).fill('a').join(',')],
    ['search', 'x'.repeat(101)],
    ['search', `tk_live_${'a'.repeat(40)}`],
    ['environment', 'prod'],
    ['scope', 'members.raed'],
    ['scope', 'tasks.read'],
    ['status', 'active,deleted'],
    ['status', ''],
    ['unused_since', 'yesterday'],
    ['expiring_before', '2026-13-01T00:00:00Z'],
    ['sort', 'id'],
    ['sort', '--name'],
    ['total', 'yes'],
  ])('refuse %s=%s, and name it', async (parameter, value) => {
    const { send } = open({ store })
    const answer = await send(`GET /?${parameter}=${encodeURIComponent(value)}`, { as: 'ada' })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter }] } })
    expect(answer.text).not.toContain('a'.repeat(40))
  })

  it('have the usage of each key of a page, by the day, with refusals, and the keys that are used most', async () => {
    const { send, keyring, deploy, zebra, elan } = await page()
    for (const { token } of [deploy, deploy, zebra, elan]) await keyring.verify(token)
    const ofPage = `key_ids=${deploy.id}&key_ids=${elan.id}`
    const { body } = await send(`GET /usage/keys?${ofPage}&interval=day`, { as: 'ada' })
    expect(body.data.map(({ key_id }: { key_id: string }) => key_id)).toEqual([deploy.id, elan.id])
    const last = body.data.map(({ data }: { data: object[] }) => data.at(-1))
    const start = expect.stringMatching(/T00:00:00.000Z$/)
    expect(last).toEqual([
      { start, count: 2, refusals: {} },
      { start, count: 0, refusals: { api_key_disabled: 1 } },
    ])
    const all = (await send('GET /usage?interval=day', { as: 'ada' })).body.data.at(-1)
    expect(all).toMatchObject({ count: 2, refusals: { api_key_disabled: 1 } })
    expect((await send(`GET /usage/keys?${ofPage}`, { as: 'mia' })).status).toBe(404)
    expect((await send(`GET /usage/keys?key_ids=${deploy.id}`, { as: 'mia' })).status).toBe(200)
    expect((await send(`GET /usage/keys?key_ids=${deploy.id}`, { as: 'eve' })).status).toBe(403)
    for (const query of ['', 'key_ids=', 'key_ids=x', `key_ids=${deploy.id},,`, `${ofPage}&interval=week`]) {
      expect((await send(`GET /usage/keys?${query}`, { as: 'ada' })).status, query).toBe(400)
    }
    const most = async (as: string, query = '') => (await send(`GET /usage/top${query}`, { as })).body
    expect(await most('ada')).toEqual({ data: [{ key_id: deploy.id, name: 'CI deploy', count: 2 }] })
    expect(await most('mia')).toEqual(await most('ada', '?limit=1'))
    expect(await most('max')).toEqual({ data: [] })
    expect(await most('mia', '?owner=all')).toMatchObject({ status: 403 })
  })
})

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { sender, servers } from './servers.js'
import { open, type Product } from './setup.js'
import { openStores } from './stores.js'

interface Result {
  readonly id: string
  readonly result: string
  readonly status: string | null
  readonly version: number | null
  readonly code: string | null
}

const outcomes = (body: { data: Result[] }) => body.data.map(({ result, code }) => code ?? result)

async function make({ create }: Pick<Product, 'create'>, as: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index += 1) ids.push((await create(as, { name: `${as} ${index}` })).id)
  return ids
}

const records = async ({ send }: Pick<Product, 'send'>, type: string) =>
  (await send(`GET /audit?type=${type}&limit=100`, { as: 'ada' })).body.data

describe.each(await openStores())('a bulk operation, over %s', (_, store) => {
  it('changes each key by itself, with its own record, and says what became of each (MGMT-14)', async () => {
    const product = open({ store })
    const { send, keyring } = product
    const [a = '', b = '', c = ''] = await make(product, 'ada', 3)
    await send(`POST /${b}/disable`, { as: 'ada' })
    await send(`POST /${c}/revoke`, { as: 'ada' })
    const unknown = 'A'.repeat(12)
    const body = { ids: [a, b, c, unknown, a], reason: 'leaked' }
    const disabled = await send('POST /bulk/disable', { as: 'ada', body })
    expect(disabled.status).toBe(200)
    expect(disabled.body).toMatchObject({ dry_run: false, next_cursor: null })
    expect(disabled.body.data).toEqual(
      [
        { id: a, result: 'done', status: 'disabled', version: 2, code: null, detail: null },
        { id: b, result: 'done', status: 'disabled', version: 3, code: null, detail: null },
        { id: c, result: 'refused', status: null, version: null, code: 'invalid_state', detail: expect.any(String) },
        {
          id: unknown,
          result: 'refused',
          status: null,
          version: null,
          code: 'key_not_found',
          detail: expect.any(String),
        },
      ].map((result) => (result.id === b ? { ...result, result: 'unchanged', version: 2 } : result)),
    )
    expect(await keyring.get(a)).toMatchObject({ disabledReason: 'leaked', disabledBy: { id: 'ada' } })
    expect((await records(product, 'api_key.disabled')).map(({ key_id: id }: { key_id: string }) => id)).toEqual([a, b])

    expect(outcomes((await send('POST /bulk/enable', { as: 'ada', body: { ids: [a, b, c] } })).body)).toEqual([
      ...['done', 'done', 'invalid_state'],
    ])
    const revoke = { ids: [a, b, c], reason: 'leaked' }
    expect(outcomes((await send('POST /bulk/revoke', { as: 'ada', body: revoke })).body)).toEqual([
      ...['done', 'done', 'unchanged'],
    ])
    // Again: nothing is done twice.
    const before = await product.dump()
    expect(outcomes((await send('POST /bulk/revoke', { as: 'ada', body: revoke })).body)).toEqual(
      Array(3).fill('unchanged'),
    )
    expect(await product.dump()).toBe(before)
  })

  it('with dry_run says the same, and changes nothing', async () => {
    const product = open({ store })
    const ids = await make(product, 'mia', 2)
    await product.send(`POST /${ids[0]}/disable`, { as: 'ada' })
    const foreign = await product.create('max')
    for (const verb of ['enable', 'disable', 'revoke']) {
      const before = await product.dump()
      const body = { ids: [...ids, foreign.id] }
      const tried = await product.send(`POST /bulk/${verb}`, { body: { ...body, dry_run: true } })
      expect(tried.body.dry_run).toBe(true)
      expect(await product.dump()).toBe(before)
      const done = await product.send(`POST /bulk/${verb}`, { body })
      expect(done.body.data).toEqual(tried.body.data)
    }
  })

  it('by a filter goes on where it ended, until there are none left, whatever is created meanwhile', async () => {
    const product = open({ store })
    const ids = await make(product, 'mia', 7)
    await make(product, 'max', 2)
    const seen: string[] = []
    let cursor: string | undefined
    for (let turn = 0; turn < 10; turn += 1) {
      const body = { filter: { owner: 'me', status: ['active'] }, limit: 3, cursor }
      const answer = await product.send('POST /bulk/revoke', { body })
      seen.push(...answer.body.data.map(({ id }: Result) => id))
      expect(outcomes(answer.body)).toEqual(answer.body.data.map(() => 'done'))
      if (answer.body.next_cursor === null) break
      cursor = answer.body.next_cursor
      await product.create('mia')
    }
    expect([...seen].sort()).toEqual([...ids].sort())
    expect((await product.send('GET /?status=active&owner=all', { as: 'ada' })).body.data).toHaveLength(4)
  })

  it('by a filter changes no key that somebody has changed since it was selected', async () => {
    let meanwhile = async (): Promise<void> => {}
    const list: typeof store.list = async (query) => {
      const page = await store.list(query)
      await meanwhile()
      return page
    }
    const product = open({ store: { ...store, list } })
    const [first, second] = await make(product, 'mia', 2)
    await product.send('POST /bulk/disable', { body: { filter: { owner: 'me' } } })
    meanwhile = async () => {
      await product.keyring.enable(second ?? '', { actor: { type: 'user', id: 'mia' } })
    }
    const answer = await product.send('POST /bulk/revoke', { body: { filter: { status: ['disabled'] } } })
    const results = answer.body.data.map(({ id, result, code }: Result) => [id, result, code])
    expect(new Map(results.map((one: unknown[]) => [one[0], one]))).toEqual(
      new Map([
        [first, [first, 'done', null]],
        [second, [second, 'refused', 'key_changed']],
      ]),
    )
  })

  it('takes all keys of a person: those that they own, and those that they created', async () => {
    const product = open({ store })
    const { send, create } = product
    const own = await make(product, 'mia', 2)
    product.people[product.org] = { ...product.people[product.org], mia: ['*'] }
    const { id: shared } = await create('mia', { name: 'shared', for: 'organization' })
    await make(product, 'max', 1)
    const owned = await send('POST /bulk/disable', { as: 'ada', body: { filter: { owner_id: 'mia' } } })
    expect(owned.body.data.map(({ id }: Result) => id).sort()).toEqual([...own].sort())
    const filter = { created_by: { type: 'user', id: 'mia' } }
    const created = await send('POST /bulk/revoke', { as: 'ada', body: { filter } })
    expect(created.body.data.map(({ id }: Result) => id).sort()).toEqual([...own, shared].sort())
    expect((await send('GET /?status=active', { as: 'ada' })).body.data).toHaveLength(1)
  })
})

describe('a bulk operation', () => {
  it('gives nobody more than the request for each key would (MGMT-14)', async () => {
    const callers = ['ada', 'mia', 'max', 'eve', 'reader', 'maker', 'manager'] as const
    const verbs = ['enable', 'disable', 'revoke'] as const
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...callers),
        fc.array(fc.tuple(fc.constantFrom(...verbs), fc.constantFrom('ada', 'mia', 'max')), { maxLength: 4 }),
        fc.constantFrom(...verbs),
        async (as, history, verb) => {
          const run = async (inBulk: boolean) => {
            const product = open({ allowKeyManagement: true, api: { allowKeys: true } })
            const { send, create, org } = product
            product.people[org] = { ...product.people[org], reader: ['api_keys.read'], maker: ['api_keys.create'] }
            const keys = [
              await create('mia'),
              await create('max'),
              await create('ada'), // the owner of the manager, too
              await create('ada', { name: 'x', for: 'organization' }),
            ]
            const manager = await create('ada', {
              name: 'm',
              scopes: ['api_keys.revoke', 'api_keys.create', 'api_keys.read'],
            })
            const ids = [...keys.map(({ id }) => id), manager.id]
            for (const [done, by] of history)
              for (const id of ids.slice(0, 4)) await send(`POST /${id}/${done}`, { as: by })
            const sent = { as: as === 'manager' ? `key:${manager.id}` : as }
            if (inBulk) {
              const answer = await send(`POST /bulk/${verb}`, { ...sent, body: { ids } })
              return ids.map((_, at) => answer.body.code ?? answer.body.data[at].code ?? answer.body.data[at].status)
            }
            const answers = await Promise.all(ids.map((id) => send(`POST /${id}/${verb}`, sent)))
            return answers.map(({ body }) => body.code ?? body.status)
          }
          expect(await run(true)).toEqual(await run(false))
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([
    ['another person', { owner_id: 'max' }],
    ['all', { owner: 'all' }],
    ['the organisation', { owner: 'organization' }],
  ])('by a filter for the keys of %s needs the permission to manage all', async (_, filter) => {
    const product = open()
    await make(product, 'max', 1)
    const before = await product.dump()
    const answer = await product.send('POST /bulk/revoke', { body: { filter } })
    expect([answer.status, answer.body.missing]).toEqual([403, ['api_keys.manage_all']])
    expect(await product.dump()).toBe(before)
    const own = await product.send('POST /bulk/revoke', {
      body: { filter: { created_by: { type: 'user', id: 'max' } } },
    })
    expect(own.body.data).toEqual([])
    expect((await product.send('POST /bulk/revoke', { body: { filter: { owner_id: 'mia' } } })).status).toBe(200)
  })

  it('by a filter does for a key that lists what it created no more than for that key alone', async () => {
    const product = open({ allowKeyManagement: true, api: { allowKeys: true } })
    const scopes = ['api_keys.read', 'api_keys.create', 'api_keys.revoke']
    const robot = await product.create('ada', { name: 'robot', scopes })
    const { id } = await product.create(`key:${robot.id}`, { name: 'made' })
    const as = `key:${robot.id}`
    const answer = await product.send('POST /bulk/revoke', { as, body: { filter: { status: ['active'] } } })
    expect(answer.body.data).toMatchObject([{ id, code: 'key_not_found' }])
    const filter = { created_by: { type: 'user', id: 'ada' } }
    expect((await product.send('POST /bulk/revoke', { as, body: { filter } })).status).toBe(403)
  })

  it.each<[string, object, string]>([
    ['neither ids nor a filter', {}, ''],
    ['both', { ids: ['A'.repeat(12)], filter: { owner: 'me' } }, ''],
    ['no id', { ids: [] }, '/ids'],
    ['101 ids', { ids: Array(101).fill('A'.repeat(12)) }, '/ids'],
    ['what is no id', { ids: ['bulk'] }, '/ids/0'],
    ['a filter that selects all by mistake', { filter: {} }, '/filter'],
    ['a search for nothing', { filter: { search: '' } }, '/filter/search'],
    ['a search for spaces', { filter: { search: ' \t' } }, '/filter/search'],
    ['a search for an accent alone', { filter: { search: '\u0301' } }, '/filter/search'],
    ['a search for a token', { filter: { search: `"tk_live_${'A'.repeat(44)}` } }, '/filter/search'],
    ['a scope that there is not', { filter: { scope: 'members.raed' } }, '/filter/scope'],
    ['an environment that there is not', { filter: { environment: 'moon' } }, '/filter/environment'],
    ['a field that filters nothing', { filter: { nmae: 'x' } }, '/filter/nmae'],
    ['two owners', { filter: { owner: 'me', owner_id: 'mia' } }, '/filter/owner_id'],
    ['a cursor beside ids', { ids: ['A'.repeat(12)], cursor: 'x' }, '/cursor'],
    ['a limit beyond 100', { filter: { owner: 'me' }, limit: 101 }, '/limit'],
    ['text for a number', { filter: { owner: 'me' }, limit: '5' }, '/limit'],
    ['text for a truth', { filter: { owner: 'me' }, dry_run: 'true' }, '/dry_run'],
    ['a cursor that was made up', { filter: { owner: 'me' }, cursor: 'x' }, '/cursor'],
    ['an instant that is past', { filter: { owner: 'me' }, at: '2001-01-01T00:00:00Z' }, '/at'],
    ['a reason that nobody can see', { filter: { owner: 'me' }, reason: 'a\u0000' }, '/reason'],
  ])('refuses %s with 400, and changes nothing', async (_, body, pointer) => {
    const product = open()
    await make(product, 'mia', 2)
    const before = await product.dump()
    const answer = await product.send('POST /bulk/revoke', { body })
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer])
    if (pointer === '/limit') expect(answer.body.detail).toMatch(/must be (?:a whole number|at most 100)\.$/)
    if (pointer === '/dry_run') expect(answer.body.detail).toMatch(/must be true or false\.$/)
    expect(await product.dump()).toBe(before)
  })

  it('asks a store that fails once more, and not for each key; what was done until then is said', async () => {
    const onError = vi.fn()
    const product = open({ api: { onError } })
    const ids = await make(product, 'mia', 4)
    const change = product.store.change
    const calls = vi.spyOn(product.store, 'change').mockImplementation(async (id, request) => {
      if (id !== ids[0]) throw new Error('the database is gone')
      return change.call(product.store, id, request)
    })
    const answer = await product.send('POST /bulk/revoke', { body: { ids } })
    expect(outcomes(answer.body)).toEqual(['done', ...Array(3).fill('store_unavailable')])
    expect(calls).toHaveBeenCalledTimes(2)
    expect(onError).toHaveBeenCalledTimes(1)
    const failed = await product.send('POST /bulk/revoke', { body: { ids: ids.slice(1) } })
    expect(failed.status).toBe(503)
  })

  it('with an instant ends each key then', async () => {
    const product = open()
    const ids = await make(product, 'mia', 2)
    const at = '2090-01-01T00:00:00.000Z'
    const answer = await product.send('POST /bulk/revoke', { body: { ids, at } })
    expect(answer.body.data.map(({ status, result }: Result) => [status, result])).toEqual(
      Array(2).fill(['active', 'done']),
    )
    expect((await product.send(`GET /${ids[0]}`)).body.expires_at).toBe(at)
    expect(outcomes((await product.send('POST /bulk/revoke', { body: { ids, at } })).body)).toEqual(
      Array(2).fill('unchanged'),
    )
  })

  it('tells a key that somebody else changes all the while as changed by it, or as refused', async () => {
    const product = open()
    const [id = ''] = await make(product, 'mia', 1)
    const crowd = Array.from({ length: 20 }, (_, at) => product.send(`PATCH /${id}`, { body: { name: `n${at}` } }))
    const answer = await product.send('POST /bulk/disable', { body: { ids: [id] } })
    await Promise.all(crowd)
    expect(['done', 'key_changed']).toContain(outcomes(answer.body)[0])
    const { status } = (await product.send(`GET /${id}`)).body
    expect(status).toBe(outcomes(answer.body)[0] === 'done' ? 'disabled' : 'active')
  })
})

describe.each(Object.keys(servers))('a bulk operation on %s', (name) => {
  it('revokes several keys over HTTP', async () => {
    const product = open()
    const send = await sender(name, product.api)
    const ids = await make(product, 'mia', 3)
    const body = JSON.stringify({ ids, reason: 'left the company' })
    const answer = await send('POST /bulk/revoke', { body })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(outcomes((await answer.json()) as { data: Result[] })).toEqual(Array(3).fill('done'))
    for (const path of ['/bulk', '/bulk/rotate', '/bulk/revoke/x']) {
      expect((await send(`POST ${path}`, { body })).status, path).toBeOneOf([400, 404, 405])
    }
  })
})

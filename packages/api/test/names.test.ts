import { describe, expect, it, vi } from 'vitest'
import type { HostNames, IdsToName } from '../src/index.js'
import { sender, servers } from './servers.js'
import { open } from './setup.js'

const board = { board: { mode: 'specific', levels: { b1: 'read', constructor: 'edit' } } }
const users = { ada: 'Ada Lovelace', mia: 'Mia 👩🏽‍💻' }
const named: HostNames = { users, resources: { board: { b1: 'Roadmap' } } }

/** A product that names people, and what its host was asked. */
function openNamed(answer: (ids: IdsToName) => unknown = () => named, more: object = {}) {
  const describe = vi.fn((ids: IdsToName, _organizationId: string) => answer(ids) as HostNames)
  const onError = vi.fn()
  return { ...open({ api: { describe, onError, hostTimeoutMs: 40, ...more } }), describe, onError }
}

describe.each(Object.keys(servers))('names on %s', (name) => {
  it('stand beside ids in keys and audit records, and are asked for once a page (MGMT-16)', async () => {
    const { api, create, describe, onError, org } = openNamed()
    const send = await sender(name, api)
    const { id } = await create('mia', { name: 'ci', resources: board })
    await create('mia')
    await send(`POST /${id}/disable`)
    describe.mockClear()
    const { data } = (await (await send('GET /')).json()) as { data: object[] }
    expect(describe.mock.calls).toEqual([[{ users: ['mia', 'ada'], resources: { board: ['b1', 'constructor'] } }, org]])
    expect(data).toMatchObject([
      { owner: { id: 'mia', name: users.mia }, disabled_by: null, resource_names: {} },
      {
        owner: { id: 'mia', name: users.mia },
        created_by: { id: 'mia', name: users.mia },
        disabled_by: { id: 'ada', name: users.ada },
        resource_names: { board: { b1: 'Roadmap', constructor: null } },
      },
    ])
    expect(onError).not.toHaveBeenCalled() // an id is a name that objects have from birth
    describe.mockClear()
    const audit = (await (await send('GET /audit')).json()) as { data: object[] }
    expect(audit.data.map((record) => (record as { actor: object }).actor)).toEqual([
      { type: 'user', id: 'ada', name: users.ada },
      { type: 'user', id: 'mia', name: users.mia },
      { type: 'user', id: 'mia', name: users.mia },
    ])
    expect(describe.mock.calls).toEqual([[{ users: ['ada', 'mia'], resources: {} }, org]])
  })

  it('of people are found by those who manage all keys', async () => {
    const many = Array.from({ length: 150 }, (_, at) => ({ id: `u${at}`, name: `User ${at}`, secret: 'x' }))
    const people = vi.fn(async (..._asked: unknown[]) => many)
    const { api, org } = openNamed(undefined, { people })
    const send = await sender(name, api)
    const answer = await send('GET /people?search=use')
    const { data } = (await answer.json()) as { data: object[] }
    expect([answer.status, data.length, data[0]]).toEqual([200, 100, { id: 'u0', name: 'User 0' }])
    expect(people.mock.calls).toMatchObject([[{ actor: { id: 'ada' } }, org, 'use']])
    expect((await send('GET /people', { headers: { Cookie: 'session=mia' } })).status).toBe(403)
    expect(people).toHaveBeenCalledTimes(1)
  })
})

describe('names', () => {
  it('are in each answer with a key, and null of keys and programs', async () => {
    const { create, send, keyring, org } = openNamed()
    const owner = { type: 'user', id: 'mia', organizationId: org } as const
    const { key } = await keyring.create({ name: 'by the host', owner })
    const created = await create('mia')
    expect(created.body.created_by).toEqual({ type: 'user', id: 'mia', name: users.mia })
    for (const request of [`GET /${key.id}`, `PATCH /${key.id}`, `POST /${key.id}/rotate`]) {
      const { body } = await send(request, request.startsWith('PATCH') ? { body: { name: 'new' } } : {})
      expect(body).toMatchObject({ owner: { name: users.mia }, created_by: { type: 'system', name: null } })
    }
    const { body } = await send('GET /audit?actor_type=system&actor_id=keyring', { as: 'ada' })
    expect(body.data).toMatchObject([{ actor: { type: 'system', id: 'keyring', name: null } }])
  })

  it('are not there where the host gives none, and no page without ids asks for them', async () => {
    const plain = open()
    const { body } = await plain.create('mia', { name: 'ci', resources: board })
    expect(body.owner).toEqual({ type: 'user', id: 'mia', organization_id: plain.org })
    expect(body).not.toHaveProperty('resource_names')
    const { send, describe } = openNamed()
    await send('GET /')
    expect(describe).not.toHaveBeenCalled()
  })

  it.each<[string, () => unknown]>([
    ['throws', () => Promise.reject(new Error('the directory is gone'))],
    [
      'throws at once',
      () => {
        throw new Error('the directory is gone')
      },
    ],
    ['hangs', () => new Promise(() => {})],
    ['returns null', () => null],
    ['returns a list', () => ['Ada']],
    ['returns users as a list', () => ({ users: ['Ada'], resources: {} })],
    ['names nobody readably', () => ({ users: { mia: 'a\u202eb' }, resources: { board: { b1: 7 } } })],
    ['gives names that are too long', () => ({ users: { mia: 'x'.repeat(201) } })],
    ['gives empty names', () => ({ users: { mia: '' }, resources: { board: { b1: '' } } })],
  ])('are null where the host %s; the page is there, and onError hears of it once (MGMT-16)', async (_, answer) => {
    const { create, send, onError } = openNamed(answer)
    const { body } = await create('mia', { name: 'ci', resources: board })
    expect(body.resource_names).toEqual({ board: { b1: null, constructor: null } })
    expect(onError).toHaveBeenCalledTimes(1)
    const list = await send('GET /')
    expect(list).toMatchObject({ status: 200, body: { data: [{ owner: { id: 'mia', name: null } }] } })
    expect(onError).toHaveBeenCalledTimes(2)
  })

  it('that are left out are null, and that is no fault', async () => {
    const { create, onError } = openNamed(() => ({}))
    expect((await create('mia')).body.owner.name).toBeNull()
    expect(onError).not.toHaveBeenCalled()
  })

  it('of more than 1,000 resources on a page are null', async () => {
    const levels = Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`b${at}`, 'read'] as const))
    const { keyring, org, send, describe } = openNamed(({ resources }) => ({
      resources: { board: Object.fromEntries((resources.board ?? []).map((id) => [id, id])) },
    }))
    const owner = { type: 'user', id: 'mia', organizationId: org } as const
    await keyring.create({ name: 'a', owner, resources: { board: { mode: 'specific', levels } } })
    const other = Object.fromEntries(Object.keys(levels).map((id) => [`x${id}`, 'read'] as const))
    await keyring.create({ name: 'b', owner, resources: { board: { mode: 'specific', levels: other } } })
    const { body } = await send('GET /')
    expect(describe.mock.lastCall?.[0].resources.board).toHaveLength(1_000)
    const names = body.data.flatMap((key: { resource_names: { board: object } }) =>
      Object.values(key.resource_names.board),
    )
    expect(names.filter((name: unknown) => name === null)).toHaveLength(400)
  })

  it('are in no export, whose records are hashed', async () => {
    const { create, send, describe } = openNamed()
    await create('mia')
    describe.mockClear()
    for (const format of ['csv', 'jsonl']) {
      const { text } = await send(`GET /audit/export?format=${format}`, { as: 'ada' })
      expect(text).not.toContain(users.mia)
    }
    expect(describe).not.toHaveBeenCalled()
  })
})

describe('GET /people', () => {
  it('answers 404 where the product lists nobody, and 503 where its list is none', async () => {
    expect((await open().send('GET /people', { as: 'ada' })).body).toMatchObject({ status: 404, code: 'not_found' })
    for (const people of [async () => ['ada'], async () => null, async () => [{ id: 'ada' }]]) {
      const { send } = open({ api: { people: people as never } })
      expect((await send('GET /people', { as: 'ada' })).status).toBe(503)
    }
    const { send } = open({ api: { people: async () => [] } })
    expect((await send(`GET /people?search=${'x'.repeat(101)}`, { as: 'ada' })).status).toBe(400)
  })
})

describe('a name of a key', () => {
  it.each(['x'.repeat(101), 'x'.repeat(400), '', '   '])(
    'that is %j is refused beside all else that is wrong',
    async (name) => {
      const { send, create } = open()
      const { id } = await create('mia')
      for (const request of ['POST /', `PATCH /${id}`]) {
        const { status, body } = await send(request, { body: { name, rate_limits: 7 } })
        expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
          ...[400, ['/name', '/rate_limits']],
        ])
      }
    },
  )

  it('is as long as what is left of it, without the spaces around it', async () => {
    const { create } = open()
    expect((await create('mia', { name: ` ${'x'.repeat(100)}${' '.repeat(300)}` })).body.name).toBe('x'.repeat(100))
  })
})

import { randomUUID } from 'node:crypto'
import { managementApi } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type Keyring } from '@keywright/core'
import { kyselyStore } from '@keywright/kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { serveHandler } from './support/serve-handler.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'See keys',
    'api_keys.create': 'Create keys',
    'api_keys.revoke': 'Revoke keys',
    'api_keys.manage_all': 'Manage all keys',
    'tasks.read': 'See tasks',
  },
})

const databases = await openDatabases()

describe.each(databases)('tags on keys, over HTTP and $name', ({ db, tablePrefix }) => {
  /** A product whose people manage their keys over HTTP. */
  async function open() {
    const organizationId = `acme-${randomUUID()}`
    const people: Record<string, readonly string[]> = {
      ada: ['*', 'api_keys.manage_all'],
      bob: ['tasks.read', 'api_keys.read', 'api_keys.create'],
    }
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      imports: {},
      resolveOwner: ({ id }) => ({ scopes: people[id] ?? [] }),
    })
    onTestFinished(() => keyring.close())
    const api = managementApi(keyring as unknown as Keyring, {
      // the names of its scopes make no difference here
      authenticate: (request) => {
        const id = request.headers.get('x-user') ?? ''
        return people[id] === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: people[id] } }
      },
      organization: () => organizationId,
    })
    const origin = await serveHandler(api.fetch)
    const manage = async (as: string, request: string, body?: object) => {
      const [method = '', path = ''] = request.split(' ')
      const init = { method, headers: { 'X-User': as, 'Content-Type': 'application/json' } }
      const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) }
      const response = await fetch(`${origin}/api/api-keys${path}`, sent)
      // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
      return { status: response.status, body: (await response.json()) as any }
    }
    const names = async (query: string, as = 'ada'): Promise<string[]> => {
      const { status, body } = await manage(as, `GET /?sort=name&total=true&${query}`)
      expect([status, body.total]).toEqual([200, { count: body.data.length, exact: true }])
      return body.data.map(({ name }: { name: string }) => name)
    }
    return { keyring, organizationId, manage, names }
  }
  const scopes = ['tasks.read']

  it('B24: are given, changed and taken away, and keys are found by name, tag and preview', async () => {
    const { keyring, organizationId, manage, names } = await open()
    const made = await manage('bob', 'POST /', { name: 'Deploys', scopes, tags: ['Équipe Bleue', ' production '] })
    expect([made.status, made.body.tags]).toEqual([201, ['Équipe Bleue', 'production']])
    await manage('bob', 'POST /', { name: 'Nightly', scopes, tags: ['production', 'billing'] })
    await manage('ada', 'POST /', { name: 'Production line', scopes })

    expect(await names('search=produ')).toEqual(['Deploys', 'Nightly', 'Production line'])
    expect(await names('search=BLEUE+dep')).toEqual(['Deploys'])
    expect(await names(`search=${encodeURIComponent(made.body.preview)}`)).toEqual(['Deploys'])
    expect(await names('tag=PRODUCTION')).toEqual(['Deploys', 'Nightly'])
    expect(await names('tag=production&tag=equipe+bleue')).toEqual(['Deploys'])
    expect(await names('tag=equipe')).toEqual([])
    expect(await names('tag=production&search=night', 'bob')).toEqual(['Nightly'])

    const { id } = made.body
    expect((await manage('bob', `PATCH /${id}`, { tags: ['staging'] })).body).toMatchObject({
      tags: ['staging'],
      version: 2,
    })
    expect((await manage('bob', `PATCH /${id}`, { tags: ['staging'] })).body.version).toBe(2)
    expect([await names('tag=production'), await names('tag=staging')]).toEqual([['Nightly'], ['Deploys']])
    await manage('bob', `PATCH /${id}`, { tags: [] })
    expect([await names('tag=staging'), await names('search=stag')]).toEqual([[], []])
    const { records } = await keyring.audit.list({ organizationId, keyId: id, type: 'api_key.settings_changed' })
    expect(records.map(({ data }) => data)).toEqual([
      { before: { tags: ['staging'] }, after: { tags: [] } },
      { before: { tags: ['Équipe Bleue', 'production'] }, after: { tags: ['staging'] } },
    ])
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
    expect(await keyring.doctor()).toEqual([])
  })

  it('B24: come with an import and a copy, and are refused at their place', async () => {
    const { keyring, organizationId, manage, names } = await open()
    const owner = { type: 'organization', id: organizationId } as const
    const tags = ['Legacy', 'billing']
    const secret = { format: 'sha256-hex', hash: randomUUID().replaceAll('-', '').repeat(2) } as const
    const imported = await keyring.import({
      name: 'old',
      owner,
      scopes: ['tasks.read'],
      tags,
      secret,
      entropyBits: 128,
    })
    expect(imported.tags).toEqual(['billing', 'Legacy'])
    const [result] = await keyring.importMany([
      {
        name: 'older',
        owner,
        tags: ['legacy', 'LEGACY'],
        secret: { ...secret, hash: 'a'.repeat(64) },
        entropyBits: 128,
      },
    ])
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_input', field: 'tags[1]' } })
    const copy = await manage('ada', 'POST /', { copy_from: imported.id, name: 'new' })
    expect(copy.body.tags).toEqual(['billing', 'Legacy'])
    expect(await names('tag=legacy,billing')).toEqual(['new', 'old'])
    for (const [wrong, pointer] of [
      [['a', 'a,b'], '/tags/1'],
      [['a', 'x'.repeat(51)], '/tags/1'],
      [['a', 'A'], '/tags/1'],
      [Array.from({ length: 21 }, (_, at) => `t${at}`), '/tags'],
    ] as const) {
      const refused = await manage('ada', 'POST /', { name: 'ci', scopes, tags: wrong })
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ pointer }] } })
    }
    const token = `tk_live_${'a'.repeat(12)}_${'b'.repeat(25)}`
    expect(await manage('ada', `GET /?tag=${token}`)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'tag' }] },
    })
  })
})

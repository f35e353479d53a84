import { randomBytes } from 'node:crypto'
import { managementApi, nodeListener } from '@keywright/api'
import { defineAccess, type KeyringOptions, type Owner, type Secret, sealer } from '@keywright/core'
import { type Dashboard, dashboard } from '@keywright/dashboard'
import { requireKey } from '@keywright/express'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import express, { type Request } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { describeInBrowserFully, launch, visit } from '../../packages/dashboard/test/browser.js'
import { connect, mcpEndpoint } from './support/mcp-endpoint.js'
import { secretOf } from './support/secret-of.js'
import { serve } from './support/serve.js'
import { type SqliteFile, sqliteFile } from './support/sqlite-file.js'

const readScopes = ['boards.read', 'lanes.read', 'tasks.read'] as const
const editScopes = [
  ...(['tasks.create', 'tasks.update', 'tasks.delete', 'tasks.move'] as const),
  ...(['lanes.create', 'lanes.update', 'lanes.delete', 'lanes.move'] as const),
]

const access = defineAccess({
  scopes: {
    'boards.read': 'List boards',
    'lanes.read': 'List lanes',
    'lanes.create': 'Create lanes',
    'lanes.update': 'Update lanes',
    'lanes.delete': 'Delete lanes',
    'lanes.move': 'Move lanes',
    'tasks.read': 'List tasks',
    'tasks.create': 'Create tasks',
    'tasks.update': 'Update tasks',
    'tasks.delete': 'Delete tasks',
    'tasks.move': 'Move tasks',
  },
  resources: { board: { levels: { read: readScopes, edit: editScopes } } },
})

type Level = 'read' | 'edit'
type Boards = 'all' | Readonly<Record<string, Level>>

const ana: Owner = { type: 'user', id: 'ana', organizationId: 'studio' }
const byAna = { actor: { type: 'user', id: 'ana' } } as const
const boards = ['roadmap', 'bugs', 'hiring']

interface Setting extends Pick<KeyringOptions<typeof access>, 'rateLimits' | 'reveal'> {
  readonly file?: SqliteFile
}

/** AgentKanban: members with their levels on boards, and its external API. */
async function agentKanban({ file, ...options }: Setting = {}) {
  const members = new Map<string, Map<string, Level>>([['ana', new Map()]])
  const product = await (file ?? (await sqliteFile())).open({
    prefix: 'ak',
    access,
    resolveOwner: ({ id }) => {
      const levels = members.get(id)
      return levels === undefined ? null : { levels: (_, board) => levels.get(board) }
    },
    ...options,
  })
  const { keyring } = product
  const app = express()
  const board = ({ params }: Request) => ({ type: 'board' as const, id: String(params.board) })
  app.get('/api/ext/v1/boards', requireKey(keyring), async ({ principal }, res) => {
    const levels = await Promise.all(boards.map(async (id) => [id, await principal.levelOn('board', id)] as const))
    res.json(Object.fromEntries(levels.filter(([, level]) => level !== null)))
  })
  for (const scope of [...readScopes, ...editScopes]) {
    const guard = requireKey(keyring, { scopes: [scope], resource: board })
    app.all(`/api/ext/v1/boards/:board/${scope}`, guard, ({ principal, params }, res) => {
      res.json({ by: principal.user?.id, board: params.board })
    })
  }
  const call = await serve(app)
  return {
    ...product,
    members,
    call,
    /** What the form "Create API key" does: edit is chosen unless the person chooses otherwise. */
    createKey: (access: Boards, { level = 'edit', member = 'ana' }: { level?: Level; member?: string } = {}) =>
      keyring.create(
        {
          name: 'MCP Server',
          owner: { ...ana, id: member },
          resources: { board: access === 'all' ? { mode: 'all', level } : { mode: 'specific', levels: access } },
        },
        { actor: { type: 'user', id: member } },
      ),
    /** The boards that a token reaches, each with its level. */
    reached: async (token: Secret) => (await call('GET /api/ext/v1/boards', token)).body,
    use: async (scope: string, board: string, token: Secret) =>
      (await call(`POST /api/ext/v1/boards/${board}/${scope}`, token)).status,
  }
}

/** The same with its MCP server, its management API and its settings page, all at one origin. */
async function withSettingsPage() {
  const product = await agentKanban()
  const { keyring, members } = product
  members.set('ana', new Map([['roadmap', 'edit']]))
  const api = managementApi(keyring, {
    authenticate: ({ headers }) =>
      headers.get('cookie') === 'login=ana'
        ? { actor: { type: 'user', id: 'ana' }, authority: { scopes: ['*'] } }
        : null,
    organization: () => 'studio',
    permissions: { read: 'anyone', create: 'anyone', revoke: 'anyone' },
  })
  let page: Dashboard | undefined
  const onRoadmap = () => ({ type: 'board' as const, id: 'roadmap' })
  const origin = await mcpEndpoint(
    createMcpAuth(keyring),
    (server) => {
      server.registerTool(
        'tasks_list',
        {},
        scoped({ scopes: ['tasks.read'], on: onRoadmap }, () => ({ content: [{ type: 'text', text: 'Write notes' }] })),
      )
    },
    (app) => {
      app.use('/api/api-keys', nodeListener(api))
      app.use(
        '/settings/api-keys',
        nodeListener(async (request) => page?.fetch(request) ?? new Response()),
      )
    },
  )
  const url = `${origin}/mcp`
  page = dashboard(keyring, {
    branding: { productName: 'AgentKanban' },
    mcp: { url, clients: (token) => clientIds.map((id) => clientConfig(id, { name: 'agentkanban', url, token })) },
  })
  /** Connects as the client that is given this text, and calls a tool. */
  const callWith = async (configuration: string) => {
    const { agentkanban } = JSON.parse(configuration).mcpServers
    const client = await connect(agentkanban.url, agentkanban.headers.Authorization.replace('Bearer ', ''))
    return [await client.tools(), await client.call('tasks_list')]
  }
  return { ...product, origin, url, callWith }
}

describe('AgentKanban: capped keys per board', () => {
  it('A1: any member may create keys, and they are personal to the member', async () => {
    const { keyring, members, call, createKey, reached } = await agentKanban()
    members.set('ana', new Map([['roadmap', 'edit']])).set('bo', new Map([['bugs', 'read']]))
    const [anas, bos] = [await createKey('all'), await createKey('all', { member: 'bo' })]
    expect(await reached(anas.token)).toEqual({ roadmap: 'edit' })
    expect(await reached(bos.token)).toEqual({ bugs: 'read' })
    expect((await call('GET /api/ext/v1/boards/bugs/tasks.read', bos.token)).body).toMatchObject({ by: 'bo' })

    const bo: Owner = { ...ana, id: 'bo' }
    expect((await keyring.list({ owner: bo })).keys).toEqual([bos.key])
    const within = { actor: { type: 'user', id: 'bo' }, within: { owner: bo } } as const
    await expect(keyring.revoke(anas.key.id, {}, within)).rejects.toMatchObject({ code: 'key_not_found' })
    await expect(keyring.rotate(anas.key.id, {}, within)).rejects.toMatchObject({ code: 'key_not_found' })
    expect(await keyring.get(anas.key.id, { within: { owner: bo } })).toBeNull()
  })

  it("A2: a key for all boards grows and shrinks with the member's own access, boards gained later included", async () => {
    const { members, createKey, reached, use } = await agentKanban()
    const own = new Map<string, Level>([['roadmap', 'edit']])
    members.set('ana', own)
    const { token } = await createKey('all')
    expect(await reached(token)).toEqual({ roadmap: 'edit' })
    expect(await use('tasks.create', 'bugs', token)).toBe(403)

    own.set('bugs', 'edit')
    expect(await reached(token)).toEqual({ roadmap: 'edit', bugs: 'edit' })
    expect(await use('tasks.create', 'bugs', token)).toBe(200)
    own.set('bugs', 'read').delete('roadmap')
    expect(await reached(token)).toEqual({ bugs: 'read' })
    expect(await use('tasks.create', 'bugs', token)).toBe(403)
    expect(await use('tasks.read', 'roadmap', token)).toBe(403)
    own.clear()
    expect(await reached(token)).toEqual({})
  })

  it('A3: a key for specific boards reaches only those granted, each with its own level; an empty list grants nothing', async () => {
    const { members, createKey, reached, use } = await agentKanban()
    members.set('ana', new Map(boards.map((board) => [board, 'edit'])))
    const { token } = await createKey({ roadmap: 'edit', bugs: 'read' })
    expect(await reached(token)).toEqual({ roadmap: 'edit', bugs: 'read' })
    expect(await use('tasks.create', 'roadmap', token)).toBe(200)
    expect(await use('tasks.create', 'bugs', token)).toBe(403)
    expect(await use('tasks.read', 'bugs', token)).toBe(200)
    expect(await use('tasks.read', 'hiring', token)).toBe(403)

    const none = await createKey({})
    expect(none.key.grants.resources).toEqual({ board: { mode: 'specific', levels: {} } })
    expect(await reached(none.token)).toEqual({})
    for (const board of boards) expect(await use('boards.read', board, none.token)).toBe(403)
  })

  it.each([
    ['read', readScopes],
    ['edit', [...readScopes, ...editScopes]],
    [undefined, [...readScopes, ...editScopes]],
  ] as const)(
    'A4: a key at the level %s (edit by default) has what the level names, and no more',
    async (level, allowed) => {
      const { members, createKey, use } = await agentKanban()
      members.set('ana', new Map([['roadmap', 'edit']]))
      const { token } = await createKey('all', level === undefined ? {} : { level })
      for (const scope of access.scopes.keys()) {
        const isAllowed = (allowed as readonly string[]).includes(scope) // a wider list, to ask for any scope
        expect(await use(scope, 'roadmap', token), scope).toBe(isAllowed ? 200 : 403)
      }
    },
  )

  it.each([
    ['edit', 'edit', 'edit'],
    ['edit', 'read', 'read'],
    ['read', 'edit', 'read'],
    ['read', 'read', 'read'],
    ['edit', null, undefined],
  ] as const)(
    'A5: a key at level %s, of a member who now has %s, has the level %s',
    async (ofKey, ofMember, effective) => {
      const { members, createKey, reached, use } = await agentKanban()
      members.set('ana', new Map([['roadmap', 'edit']]))
      const tokens = [await createKey('all', { level: ofKey }), await createKey({ roadmap: ofKey })]
      members.set('ana', new Map(ofMember === null ? [] : [['roadmap', ofMember]]))
      for (const { token } of tokens) {
        expect(await reached(token)).toEqual(effective === undefined ? {} : { roadmap: effective })
        expect(await use('tasks.read', 'roadmap', token)).toBe(effective === undefined ? 403 : 200)
        expect(await use('tasks.move', 'roadmap', token)).toBe(effective === 'edit' ? 200 : 403)
      }
    },
  )

  it("A6: the grants of a per-board key can be edited after its creation, never beyond the member's own", async () => {
    const { keyring, members, createKey, reached } = await agentKanban()
    members.set('ana', new Map<string, Level>([['roadmap', 'edit']]).set('bugs', 'read'))
    const { key, token } = await createKey({ roadmap: 'read' })
    const saved = async (levels: Readonly<Record<string, Level>>) => {
      await keyring.update(key.id, { resources: { board: { mode: 'specific', levels } } }, byAna)
      return reached(token)
    }
    expect(await saved({ roadmap: 'edit', bugs: 'read' })).toEqual({ roadmap: 'edit', bugs: 'read' })
    expect(await saved({ bugs: 'read' })).toEqual({ bugs: 'read' })
    await expect(saved({ bugs: 'edit' })).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
      exceeding: ['bugs: edit'],
    })
    expect(await saved({})).toEqual({})

    const { records } = await keyring.audit.list({ organizationId: 'studio', type: 'api_key.grants_changed' })
    expect(records[2]).toMatchObject({
      keyId: key.id,
      actor: { id: 'ana' },
      data: { before: { resources: { board: { levels: { roadmap: 'read' } } } } },
    })
    expect(records).toHaveLength(3)
  })

  it('A6: a key for all boards has no board grants to edit', async () => {
    const { keyring, members, createKey, reached } = await agentKanban()
    members.set('ana', new Map<string, Level>([['roadmap', 'edit']]).set('bugs', 'edit'))
    const { key, token } = await createKey('all')
    const all = { mode: 'all', level: 'edit' } as const
    expect(key.grants.resources).toEqual({ board: all })
    const withLevels = { ...all, levels: { roadmap: 'read' } }
    expect((await keyring.update(key.id, { resources: { board: withLevels } }, byAna)).grants).toEqual(key.grants)
    expect(await reached(token)).toEqual({ roadmap: 'edit', bugs: 'edit' })
  })

  it('A7: with reveal on, a token is stored encrypted and can be shown again, and each reveal is recorded', async () => {
    const file = await sqliteFile()
    const reveal = sealer({ current: 's1', keys: { s1: randomBytes(32) } })
    const [one, other] = [await agentKanban({ file, reveal }), await agentKanban({ file, reveal })]
    const { key, token } = await one.createKey('all')
    const bytes = await file.bytes()
    expect([bytes.includes(key.id), bytes.includes(secretOf(token))]).toEqual([true, false])

    const [listed] = (await other.keyring.list({ owner: ana })).keys
    expect(listed).toMatchObject({ id: key.id, revealable: true })
    const shown = await other.keyring.reveal(key.id, { ...byAna, context: { ip: '192.0.2.7' } })
    expect(shown.reveal()).toBe(token.reveal())
    expect((await one.call('GET /api/ext/v1/boards', shown)).status).toBe(200)
    await one.keyring.reveal(key.id, { actor: { type: 'user', id: 'support' } })
    const { records } = await one.keyring.audit.list({ organizationId: 'studio', type: 'api_key.revealed' })
    expect(records).toMatchObject([
      { actor: { id: 'support' }, keyId: key.id },
      { actor: { id: 'ana' }, keyId: key.id, context: { ip: '192.0.2.7' } },
    ])

    const within = { owner: { ...ana, id: 'bo' } }
    await expect(one.keyring.reveal(key.id, { ...byAna, within })).rejects.toMatchObject({ code: 'key_not_found' })
    await one.keyring.revoke(key.id, {}, byAna)
    const gone = { code: 'reveal_unavailable', reason: 'erased' }
    await expect(one.keyring.reveal(key.id, byAna)).rejects.toMatchObject(gone)
  })

  it('A7: without reveal, nothing is stored that could be shown again', async () => {
    const { keyring, store, createKey } = await agentKanban()
    const { key } = await createKey('all')
    expect(key.revealable).toBe(false)
    expect(await store.find(key.id)).toMatchObject({ record: { sealed: null } })
    await expect(keyring.reveal(key.id, byAna)).rejects.toMatchObject({ code: 'reveal_unavailable', reason: 'off' })
  })

  it('A8: a key past its rate limit gets 429 with Retry-After in seconds, and works again after that time', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] }) // by which windows are measured
    onTestFinished(() => void vi.useRealTimers())
    const { keyring, createKey, call } = await agentKanban({ rateLimits: { default: { limit: 3, windowMs: 2_000 } } })
    const [{ token }, other] = [await createKey('all'), await createKey('all')]
    const ask = async (by = token) => {
      const { status, headers } = await call('GET /api/ext/v1/boards', by)
      return [status, headers.get('Retry-After'), headers.get('RateLimit')]
    }
    for (const left of [2, 1, 0]) expect(await ask()).toEqual([200, null, `"default";r=${left};t=2`])
    expect(await ask()).toEqual([429, '2', '"default";r=0;t=2'])
    expect(await call('GET /api/ext/v1/boards', token)).toMatchObject({
      body: { code: 'rate_limited', 'violated-policies': ['default'] },
    })
    expect(await ask(other.token), 'limits are per key').toEqual([200, null, '"default";r=2;t=2'])
    vi.advanceTimersByTime(2_000)
    expect(await ask()).toEqual([200, null, '"default";r=2;t=2'])

    // A key's own limits take the place of the defaults.
    await keyring.update(other.key.id, { rateLimits: [{ limit: 1, windowMs: 60_000 }] })
    expect(await ask(other.token)).toEqual([200, null, '"60s";r=0;t=60'])
    expect(await ask(other.token)).toEqual([429, '60', '"60s";r=0;t=60'])
  })
})

describe("AgentKanban's settings page", () => {
  it('A10: has the endpoint, which asks for a key, and configuration with which a client connects', async () => {
    const { origin, url, createKey, callWith } = await withSettingsPage()
    const html = await (await fetch(`${origin}/settings/api-keys`)).text()
    const [, written = ''] = /<keywright-settings [^>]*options="([^"]*)"/.exec(html) ?? []
    const { mcp } = JSON.parse(written.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)))
    expect(mcp.url).toBe(url)
    expect(mcp.clients.map(({ client }: { client: string }) => client)).toEqual(clientIds)
    const { status, headers } = await fetch(mcp.url)
    expect([status, headers.get('WWW-Authenticate')]).toEqual([401, expect.stringMatching(/^Bearer/)])

    const { token } = await createKey('all')
    const { files } = mcp.filled.find(({ client }: { client: string }) => client === 'cursor')
    expect(await callWith(files[0].text.replace(mcp.placeholder, token.reveal()))).toEqual([
      ['tasks_list'],
      'Write notes',
    ])
  })
})

describeInBrowserFully("AgentKanban's settings page in a browser", () => {
  it('A10: shows endpoint and status, and gives configuration to copy with which a client connects', async () => {
    const { origin, url, callWith } = await withSettingsPage()
    const browser = await launch()
    onTestFinished(() => browser.close())
    const { page, faults } = await visit(browser, origin, { login: 'ana', at: '#/mcp' })
    await page.getByRole('region', { name: 'MCP connection' }).getByText(url, { exact: true }).waitFor()
    await page.getByText('Reachable, and asks for a key').waitFor()
    await page.getByRole('region', { name: 'Connect a client' }).getByRole('link', { name: 'Create key' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Cursor')
    await page.getByRole('radio', { name: 'All that I may do' }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('combobox', { name: 'Use it' }).selectOption('Cursor')
    await page.getByRole('button', { name: /^Copy.*Cursor/ }).click()
    // As text: these tests are compiled without the names of browsers.
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(await callWith(copied)).toEqual([['tasks_list'], 'Write notes'])
    // The endpoint refuses whoever has no key, which Chromium writes to its console.
    expect(faults.filter((fault) => !/status of 401/.test(fault))).toEqual([])
  })
})

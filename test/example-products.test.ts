import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { start as startBoards } from '../examples/board-keys/src/start.js'
import { signIn } from '../examples/mcp-people/src/browser.js'
import { createOAuthClient, type OAuthClient } from '../examples/mcp-people/src/oauth-client.js'
import { type Connection, connectionOf } from '../examples/mcp-projects/src/connection.js'
import { start as startConsole } from '../examples/organization-keys/src/start.js'
import { start as startPlanner } from '../examples/personal-keys/src/start.js'
import { start as startTracker } from '../examples/project-keys/src/start.js'
import { customRoles } from '../examples/role-keys/src/access.js'
import { start as startPlans } from '../examples/role-keys/src/start.js'
import { unlessEverything } from './support/everything.js'

const examples = ['personal-keys', 'organization-keys', 'role-keys', 'board-keys', 'project-keys']

/** What a request to an example may have: the key of a program, or the cookie of somebody who is signed in. */
interface Sent {
  readonly token?: string
  readonly as?: string
  readonly json?: object
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, which each test compares with what it expects
type Answer = { readonly status: number; readonly headers: Headers; readonly body: any }

/** An example that is served until the test is over, and a way to ask it. */
async function serve<T extends { readonly origin: string; close(): Promise<void> }>(starting: Promise<T>) {
  const example = await starting
  onTestFinished(() => example.close())
  const ask = async (request: string, { token, as, json }: Sent = {}): Promise<Answer> => {
    const [method = '', path = ''] = request.split(' ')
    const headers = {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(as === undefined ? {} : { Cookie: `stub_person=${as}`, Origin: example.origin }),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    }
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const response = await fetch(example.origin + path, { method, headers, redirect: 'manual', ...body })
    const text = await response.text()
    const isJson = /json$/.test(response.headers.get('Content-Type')?.split(';')[0] ?? '')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
  return {
    ...example,
    ask,
    /** Creates a key on the settings page: the answer has its token. */
    create: async (as: string, json: object) => {
      const { status, body } = await ask('POST /api/api-keys', { as, json })
      expect([status, body]).toEqual([201, expect.objectContaining({ token: expect.any(String) })])
      return body as { readonly id: string; readonly token: string }
    },
    connect: (token: string, path = '/mcp') => connect(example.origin + path, { headers: bearer(token) }),
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

async function connect(
  url: string,
  { headers, provider }: { readonly headers?: Record<string, string>; readonly provider?: OAuthClient },
): Promise<Connection> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const auth = provider === undefined ? {} : { authProvider: provider }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { ...auth, requestInit: { headers: headers ?? {} } }),
  )
  onTestFinished(() => client.close())
  return connectionOf(client)
}

/** The text of the settings page, which has its options, for the first person that may sign in. */
async function pageOf(ask: (request: string, sent?: Sent) => Promise<Answer>): Promise<string> {
  const { status, headers } = await ask('GET /')
  const [, as = ''] = /^stub_person=(\w+); .*HttpOnly/.exec(headers.get('Set-Cookie') ?? '') ?? []
  expect([status, as]).toEqual([303, expect.stringMatching(/./)])
  const page = await ask(`GET ${headers.get('Location')}`, { as })
  expect(page.status).toBe(200)
  return String(page.body)
}

describe('personal-keys', () => {
  it('has one key for routes and tools, which does what its person may do now, in their name', async () => {
    const { ask, create, connect, people } = await serve(startPlanner(0))
    expect(await pageOf(ask)).toContain('Team Planner')
    const { id, token } = await create('mia', { name: 'Claude MCP', scopes: ['*'] })
    const listed = (await ask('GET /api/api-keys', { as: 'mia' })).body
    expect(listed.data).toContainEqual(expect.objectContaining({ id, name: 'Claude MCP' }))
    expect(JSON.stringify(listed)).not.toContain(token.slice(-20))

    const client = await connect(token)
    expect((await ask('POST /api/tasks', { token, json: { title: 'By route' } })).status).toBe(201)
    await client.call('tasks_add', { title: 'By tool' })
    const mine = { by: 'mia', withKey: 'Claude MCP' }
    expect((await ask('GET /api/tasks', { token })).body).toEqual([
      { title: 'By route', ...mine },
      { title: 'By tool', ...mine },
    ])

    // What her role says, on the page and for the key, from the next request on.
    const reward = { token, json: { title: 'A day off' } }
    expect((await ask('POST /api/rewards', reward)).status).toBe(403)
    expect(await client.tools()).not.toContain('rewards_add')
    people.set('mia', { id: 'mia', name: 'Mia', organizationId: 'acme', role: 'manager' })
    expect((await ask('POST /api/rewards', reward)).status).toBe(201)
    expect(await client.tools()).toHaveLength(16)
    people.set('mia', { id: 'mia', name: 'Mia', organizationId: 'acme', role: 'guest' })
    expect((await client.tools()).toSorted()).toEqual(['projects_list', 'tasks_list'])
    expect((await ask('POST /api/tasks', { token, json: { title: 'No' } })).status).toBe(403)
    people.set('mia', { id: 'mia', name: 'Mia', organizationId: 'elsewhere', role: 'manager' })
    expect((await ask('GET /api/tasks', { token })).body).toMatchObject({ code: 'owner_inactive' })

    const { body } = await ask('GET /api/api-keys/audit?type=tool.called', { as: 'ada' })
    expect(body.data).toContainEqual(
      expect.objectContaining({
        key_id: id,
        data: expect.objectContaining({
          owner: { type: 'user', id: 'mia', organization_id: 'acme' },
          tool: 'tasks_add',
        }),
      }),
    )
  })

  it('rotates a key with a time in which both tokens work, and refuses a revoked key at once', async () => {
    const { ask, create, connect } = await serve(startPlanner(0))
    const { id, token } = await create('mia', { name: 'CI pipeline', scopes: ['*'] })
    const client = await connect(token)
    const rotated = await ask(`POST /api/api-keys/${id}/rotate`, { as: 'mia', json: { grace_ms: 60_000 } })
    for (const one of [token, rotated.body.token])
      expect((await ask('GET /api/tasks', { token: one })).status).toBe(200)
    expect((await ask(`POST /api/api-keys/${id}/revoke`, { as: 'gus' })).status).toBe(404)
    expect((await ask(`POST /api/api-keys/${id}/revoke`, { as: 'mia' })).status).toBe(200)
    for (const one of [token, rotated.body.token])
      expect((await ask('GET /api/tasks', { token: one })).status).toBe(401)
    expect(await client.call('tasks_list')).toMatch(/revoked/)
  })
})

describe('organization-keys', () => {
  it('has presets over a catalogue of scopes, and an environment in each token', async () => {
    const { ask, create, plans } = await serve(startConsole(0))
    expect(await pageOf(ask)).toContain('Gateway Console')
    const catalog = (await ask('GET /api/api-keys/catalog', { as: 'bo' })).body
    expect(JSON.stringify(catalog)).toContain('Change the roles of members')

    const { id, token } = await create('ada', { name: 'ci', for: 'organization', preset: 'read-only' })
    expect(token).toMatch(/^gw_live_/)
    expect((await ask('GET /api/self', { token })).body).toMatchObject({ organizationId: 'acme', preset: 'read-only' })
    expect((await ask('GET /api/members', { token })).status).toBe(200)
    expect((await ask('POST /api/policies', { token })).status).toBe(403)
    expect((await ask('GET /sandbox/members', { token })).status).toBe(401)
    const shown = (await ask(`GET /api/api-keys/${id}`, { as: 'ada' })).body
    expect(shown).toMatchObject({ name: 'ci', preset: 'read-only', scopes: ['*.read'], created_by: { id: 'ada' } })
    expect(token.startsWith(shown.preview.slice(0, -1))).toBe(true)

    // A preset covers nothing sensitive: what deletes the organization is given by its name.
    const owner = await create('ada', { name: 'owner', for: 'organization', preset: 'organization' })
    expect((await ask('DELETE /api/organization', { token: owner.token })).status).toBe(403)
    const test = await create('ada', { name: 'staging', for: 'organization', environment: 'test', preset: 'workspace' })
    expect((await ask('POST /sandbox/policies', { token: test.token })).status).toBe(201)
    expect((await ask('POST /api/policies', { token: test.token })).status).toBe(401)

    plans.delete('acme')
    expect((await ask('GET /api/members', { token })).body).toMatchObject({ code: 'owner_inactive' })
  })

  it('disables, enables and deletes keys at once, and counts them', async () => {
    const { ask, create } = await serve(startConsole(0))
    const { id, token } = await create('ada', { name: 'ci', for: 'organization', preset: 'read-only' })
    const use = async () => (await ask('GET /api/policies', { token })).status
    const statuses = [await use()]
    for (const request of [`POST ${id}/disable`, `POST ${id}/enable`, `DELETE ${id}?permanent=true`]) {
      await ask(request.replace(' ', ' /api/api-keys/'), { as: 'ada' })
      statuses.push(await use())
    }
    expect(statuses).toEqual([200, 401, 200, 401])
    const { body } = await ask('GET /api/api-keys/stats', { as: 'ada' })
    expect(body).toMatchObject({ total_created: 5, active: 3, disabled: 1, last_call_at: expect.any(String) })
  })

  it('holds an organization to its plan, also in a race, and people to their scopes', async () => {
    const { ask, plans } = await serve(startConsole(0))
    const create = async () =>
      (await ask('POST /api/api-keys', { as: 'gus', json: { name: 'one', preset: 'read-only' } })).status
    const statuses = await Promise.all([create(), create(), create(), create(), create()])
    expect(statuses.sort()).toEqual([201, 201, 201, 409, 409])
    plans.set('garage', 'developer')
    expect(await create()).toBe(201)

    const names = async (as: string) =>
      (await ask('GET /api/api-keys', { as })).body.data?.map(({ name }: { name: string }) => name)
    expect([(await names('ada'))?.length, await names('bo'), await names('cleo')]).toEqual([
      4,
      ['ci-pipeline'],
      undefined,
    ])
    const beyond = { as: 'bo', json: { name: 'too much', scopes: ['billing.manage'] } }
    expect((await ask('POST /api/api-keys', beyond)).body).toMatchObject({ code: 'scope_exceeds_actor' })

    const csv = await ask('GET /api/api-keys/audit/export?format=csv', { as: 'cleo' })
    expect(csv.headers.get('Content-Type')).toMatch(/^text\/csv/)
    expect(csv.body).toMatch(/"api_key\.disabled","user","bo"/)
    expect((await ask('GET /api/api-keys/audit/export?format=csv', { as: 'bo' })).status).toBe(403)
  })
})

describe('role-keys', () => {
  it("has keys of machines, with roles whose definition of now holds, managed by the organization's admins", async () => {
    const { ask, create, connect, organizations } = await serve(startPlans(0, 0))
    expect(await pageOf(ask)).toContain('Merchandise Plans')
    const machine = (roles: readonly string[]) => ({ name: 'agent', for: 'organization', roles })
    const { id, token } = await create('jane', machine(['planner', 'custom']))
    const client = await connect(token)
    const planner = ['assortments_list', 'plans_change', 'plans_list']
    expect((await client.tools()).toSorted()).toEqual(['allocations_list', ...planner])
    const before = customRoles.get('acme') ?? []
    onTestFinished(() => void customRoles.set('acme', before))
    customRoles.set('acme', ['allocations.approve'])
    expect((await client.tools()).toSorted()).toEqual(['allocations_approve', ...planner])
    expect(await client.call('allocations_list')).toMatch(/not found/)

    for (const request of ['GET /api/api-keys', `POST /api/api-keys/${id}/disable`]) {
      expect((await ask(request, { as: 'jon' })).status).toBeGreaterThanOrEqual(403)
    }
    const refused = await ask('POST /api/api-keys', { as: 'jon', json: machine(['planner']) })
    expect(refused.body).toMatchObject({ code: 'not_permitted' })
    const shown = (await ask('GET /api/api-keys', { as: 'jane' })).body
    expect(shown.data).toContainEqual(
      expect.objectContaining({ name: 'claude-desktop-jane', roles: ['planner', 'buyer'], status: 'disabled' }),
    )

    await ask(`POST /api/api-keys/${id}/disable`, { as: 'jane' })
    expect(await client.call('plans_list')).toMatch(/disabled/)
    await ask(`POST /api/api-keys/${id}/enable`, { as: 'jane' })
    expect(await client.call('plans_list')).toBe('Spring: 1,200 units')
    const { body } = await ask(`GET /api/api-keys/audit?type=tool.called&key_id=${id}`, { as: 'jane' })
    expect(
      body.data.map(({ data }: { data: { tool: string; decision: string } }) => [data.tool, data.decision]),
    ).toEqual([
      ['plans_list', 'allowed'],
      ['allocations_list', 'hidden'],
    ])

    organizations.delete('acme')
    expect(await client.call('plans_list')).toMatch(/owner/)
  })

  it('lets people sign in at the endpoint of the machines, with the rights of their role', async () => {
    const { origin, people } = await serve(startPlans(0, 0))
    const url = `${origin}/mcp`
    const provider = createOAuthClient()
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
    const first = new Client({ name: 'test', version: '1.0.0' })
    await expect(first.connect(transport)).rejects.toThrow(UnauthorizedError)
    await transport.finishAuth(await signIn(provider.opened ?? expect.unreachable(), 'jon', provider.callback))
    const client = await connect(url, { provider })
    expect((await client.tools()).toSorted()).toEqual(['assortments_list', 'plans_change', 'plans_list'])
    expect(await client.call('plans_change')).toBe('Changed')
    people.set('jon', { id: 'jon', name: 'Jon', organizationId: 'acme', role: 'buyer' })
    expect(await client.call('plans_change')).toMatch(/not found/)
    expect(await client.call('assortments_change')).toBe('Changed')
    people.set('jon', { id: 'jon', name: 'Jon', organizationId: 'acme', role: 'custom' })
    expect(await client.tools()).toEqual(['allocations_list'])
  })
})

describe('board-keys', () => {
  it('has keys for all boards of a member and for chosen ones, at the lower level of key and member', async () => {
    const { ask, create, boards } = await serve(startBoards(0))
    expect(await pageOf(ask)).toContain('Boards')
    const at = '/api/ext/v1/boards'
    const all = await create('mia', { name: 'all', resources: { board: { mode: 'all', level: 'edit' } } })
    const few = { board: { mode: 'specific', levels: { roadmap: 'read' } } }
    const one = await create('mia', { name: 'one', resources: few })
    const none = await create('mia', { name: 'none', resources: { board: { mode: 'specific', levels: {} } } })
    const reached = async ({ token }: { readonly token: string }) => (await ask(`GET ${at}`, { token })).body
    expect(await Promise.all([all, one, none].map(reached))).toEqual([
      { roadmap: 'edit', bugs: 'read' },
      { roadmap: 'read' },
      {},
    ])
    const mine = boards.members.get('mia')?.boards
    mine?.set('hiring', 'edit').delete('bugs')
    expect(await Promise.all([all, one].map(reached))).toEqual([
      { roadmap: 'edit', hiring: 'edit' },
      { roadmap: 'read' },
    ])

    const add = (token: string) => ask(`POST ${at}/roadmap/tasks`, { token, json: { title: 'Book a room' } })
    expect([(await add(all.token)).status, (await add(one.token)).status]).toEqual([201, 403])
    const change = (levels: object) =>
      ask(`PATCH /api/api-keys/${one.id}`, { as: 'mia', json: { resources: { board: { mode: 'specific', levels } } } })
    expect((await change({ roadmap: 'edit' })).status).toBe(200)
    expect((await add(one.token)).status).toBe(201)
    expect((await change({ bugs: 'edit' })).body).toMatchObject({ code: 'scope_exceeds_actor' })

    for (const json of [{}, { title: 'x'.repeat(201) }]) {
      expect((await ask(`POST ${at}/roadmap/tasks`, { token: all.token, json })).status).toBe(400)
    }
    for (let more = 0; more < 101; more += 1) boards.names.set(`b${more}`, `Board ${more}`)
    expect(await reached(all)).toEqual({ roadmap: 'edit', hiring: 'edit' })
    boards.members.set('mia', { id: 'mia', name: 'Mia', organizationId: 'elsewhere', boards: new Map(mine) })
    expect(await reached(all)).toMatchObject({ code: 'owner_inactive' })
  })

  it('shows a token again, limits its rate, and refuses it once it is revoked', async () => {
    const { ask, create, keyring } = await serve(startBoards(0))
    const limits = [{ limit: 2, window_ms: 60_000 }]
    const { id, token } = await create('mia', { name: 'slow', rate_limits: limits })
    expect((await ask(`POST /api/api-keys/${id}/reveal`, { as: 'mia' })).body).toMatchObject({ token })
    expect((await ask(`POST /api/api-keys/${id}/reveal`, { as: 'ada' })).status).toBe(404)
    const { records } = await keyring.audit.list({ organizationId: 'acme', type: 'api_key.revealed' })
    expect(records).toMatchObject([{ keyId: id, actor: { id: 'mia' } }])
    const answers = []
    for (let asked = 0; asked < 3; asked += 1) answers.push(await ask('GET /api/ext/v1/boards', { token }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers[2]?.headers.get('Retry-After')).toMatch(/^([1-9]|[1-5]\d|60)$/)
    await ask(`POST /api/api-keys/${id}/revoke`, { as: 'mia' })
    expect((await ask('GET /api/ext/v1/boards', { token })).status).toBe(401)
    const revoked = (await ask('GET /api/api-keys?status=revoked', { as: 'mia' })).body
    expect(revoked.data.map(({ name }: { name: string }) => name)).toEqual(['slow', 'Old laptop'])
  })

  it("tells a key's webhook, signed, what happens on boards that the key may read now", async () => {
    const { ask, connect, create, boards, heard } = await serve(startBoards(0))
    const { token } = await create('ada', { name: 'Cursor', resources: { board: { mode: 'all', level: 'edit' } } })
    const client = await connect(token)
    const add = (boardId: string, title: string) => client.call('tasks_add', { boardId, title })
    await add('hiring', 'Call Bo')
    await add('bugs', 'Broken link')
    await expect.poll(() => heard).toEqual(['task.created: Broken link'])
    boards.members.get('mia')?.boards.delete('bugs')
    await add('bugs', 'Not for this key')
    await add('roadmap', 'Book a room')
    await expect.poll(() => heard).toEqual(['task.created: Broken link', 'task.created: Book a room'])
    const { headers } = await ask('GET /mcp')
    expect(headers.get('WWW-Authenticate')).toMatch(/^Bearer/)
  })
})

describe('project-keys', () => {
  it('answers each request by the user and the organization of its key', async () => {
    const { ask, create, keyring } = await serve(startTracker(0))
    expect(await pageOf(ask)).toContain('Work Tracker')
    const grants = { name: 'CI', scopes: ['projects.read'] }
    const answers = await Promise.all(
      ['lia', 'rui'].map(async (as) => (await ask('GET /api/projects', await create(as, grants))).body),
    )
    const named = (...names: string[]) => names.map((name) => ({ id: name.toLowerCase(), name }))
    expect(answers).toEqual([
      { user: { id: 'lia' }, organizationId: 'north', projects: named('Compass', 'Sextant') },
      { user: { id: 'rui' }, organizationId: 'south', projects: named('Albatross') },
    ])
    const project = (levels: object) => ({ name: 'CI', resources: { project: { mode: 'specific', levels } } })
    const beyond = await ask('POST /api/api-keys', { as: 'lia', json: project({ sextant: 'work' }) })
    expect(beyond.body).toMatchObject({ code: 'scope_exceeds_actor' })

    await keyring.stats({ organizationId: 'north' }) // writes the uses that were counted
    const { body } = await ask('GET /api/api-keys', { as: 'lia' })
    expect(body.data).toContainEqual(
      expect.objectContaining({
        ...{ name: 'CI', preview: expect.stringMatching(/^trk_\w{4}…$/) },
        ...{ created_at: expect.any(String), last_used_at: expect.any(String) },
      }),
    )
    const { id, token } = await create('lia', grants)
    expect((await ask(`DELETE /api/api-keys/${id}`, { as: 'rui' })).status).toBe(404)
    expect((await ask(`DELETE /api/api-keys/${id}`, { as: 'lia' })).status).toBeLessThan(300)
    expect((await ask('GET /api/projects', { token })).status).toBe(401)
    expect((await ask(`POST /api/api-keys/${id}/enable`, { as: 'lia' })).status).toBe(409)
  })

  it('narrows a connection to the project of its URL, which a client has with the name of a variable', async () => {
    const { ask, create, connect: connectTo } = await serve(startTracker(0))
    const everywhere = { name: 'Claude Code', resources: { project: { mode: 'all', level: 'work' } } }
    const { token } = await create('lia', everywhere)
    const page = await pageOf(ask)
    expect(page).toContain('TRACKER_API_KEY')
    expect(page).toContain('/mcp?projectId=compass')
    const ofRui = String((await ask('GET /settings/api-keys', { as: 'rui' })).body)
    expect([ofRui.includes('/mcp&#34;'), ofRui.includes('projectId')]).toEqual([true, false])

    const compass = await connectTo(token, '/mcp?projectId=compass')
    const task = { projectId: 'compass', title: 'Draw a map' }
    expect(await compass.call('work_items_create', task)).toBe('Draw a map')
    expect(await compass.call('work_items_list', { projectId: 'compass' })).toBe('Find north\nDraw a map')
    expect(await compass.call('work_items_list', { projectId: 'sextant' })).toMatch(/insufficient_scope/)
    expect(await (await connectTo(token, '/mcp?projectId=sextant')).tools()).toEqual(['work_items_list'])
    expect(await (await connectTo(token)).tools()).toEqual([])
    await expect(connectTo(token, '/mcp?projectId=albatross')).rejects.toThrow(/Not found/)
  })
})

const started = unlessEverything(
  examples,
  (name) => name === 'project-keys',
  (name) => `examples: ${name} is started, and its curl lines are answered as it says`,
)
it.each(started)('%s is started, and its curl lines are answered as it says', async (name) => {
  const args = ['-C', '@keywright/source', '--import', import.meta.resolve('tsx'), 'src/serve.ts']
  const env = { ...process.env, PORT: '0' }
  const child = spawn(process.execPath, args, {
    ...{ cwd: join(import.meta.dirname, '../examples', name), env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  let text = ''
  child.stdout.setEncoding('utf8')
  // It ends with an empty line.
  while (!text.endsWith('\n\n')) text += String((await once(child.stdout, 'data'))[0])
  expect(text).toMatch(/^.+: http:\S+\/ \(you are .+\)\n/m)
  const attempts = [...text.matchAll(/^# (\d+): .+\n(curl -i .+)$/gm)]
  expect(attempts.length).toBeGreaterThan(2)
  const statuses: (string | undefined)[] = []
  for (const [, , line] of attempts) {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${line} -s -o /dev/null -w '%{http_code}'`])
    statuses.push(stdout)
  }
  expect(statuses).toEqual(attempts.map(([, status]) => status))

  // What it prints for MCP clients is what one connects with, once the variable is set.
  const [, variable = '', value = ''] = /^export (\w+)='(\w+)'$/m.exec(text) ?? []
  const file = /^\{\n[\s\S]*?^\}$/m.exec(text)?.[0]
  if (file === undefined) return
  expect(file).not.toContain(value)
  const { tracker } = JSON.parse(file.replace(`\${${variable}}`, value)).mcpServers
  const client = await connect(tracker.url, tracker)
  expect(await client.tools()).toEqual(['work_items_list', 'work_items_create'])
})

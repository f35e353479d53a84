import { setTimeout } from 'node:timers/promises'
import { defineAccess, type Owner } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { createMcpAuth, type Login, scoped } from '@keywright/mcp'
import { ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { connect, mcpEndpoint } from './support/mcp-endpoint.js'
import { sqliteFile } from './support/sqlite-file.js'

const groups = ['tasks', 'sprints', 'projects', 'standups', 'teams', 'epics', 'leaves', 'rewards'] as const
const names = groups.flatMap((group) => [`${group}.read` as const, `${group}.manage` as const])

const access = defineAccess({
  scopes: {
    ...(Object.fromEntries(names.map((name) => [name, name])) as Record<(typeof names)[number], string>),
    'files.read': 'See the files of a project',
    'files.write': 'Change the files of a project',
  },
  roles: { planner: ['tasks.*', 'sprints.*'], coach: ['standups.read'] },
  resources: { project: { levels: { view: ['files.read'], work: ['files.write'] } } },
})

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
const ada: Owner = { type: 'user', id: 'ada', organizationId: 'org1' }
const workspace: Owner = { type: 'organization', id: 'org1' }

/** A product whose people have what `rights` says of them now. */
async function product(options: Parameters<typeof createMcpAuth<typeof access>>[1] = {}) {
  const rights = new Map([
    ['ada', ['*']],
    ['org1', ['*']],
  ])
  const { keyring } = await (await sqliteFile()).open({
    prefix: 'tk',
    access,
    resolveOwner: ({ id }) => {
      const scopes = rights.get(id)
      return scopes === undefined ? null : { scopes, levels: () => 'work' }
    },
  })
  const auth = createMcpAuth(keyring, options)
  const origin = await mcpEndpoint(
    auth,
    (server) => {
      for (const name of names) {
        const tool = name.replace('.', '_')
        server.registerTool(
          tool,
          {},
          scoped({ scopes: [name] }, (extra) => text(`${tool} as ${whoOf(extra)}`)),
        )
      }
      const onProject = ({ projectId }: Readonly<Record<string, unknown>>) => ({ type: 'project', id: projectId })
      server.registerTool(
        'files_write',
        { inputSchema: { projectId: z.string() } },
        scoped({ scopes: ['files.write'], on: onProject }, ({ projectId }) => text(`wrote to ${projectId}`)),
      )
      server.registerPrompt(
        'retrospective',
        {},
        scoped({ scopes: ['sprints.manage'] }, () => ({ messages: [] })),
      )
      server.registerPrompt(
        'hello',
        {},
        scoped('public', () => ({ messages: [] })),
      )
      const list = () => ({ resources: ['p1', 'p2'].map((id) => ({ uri: `files://${id}`, name: id })) })
      server.registerResource(
        'files',
        new ResourceTemplate('files://{projectId}', { list }),
        {},
        scoped({ scopes: ['files.read'], on: onProject }, (uri: URL) => ({
          contents: [{ uri: uri.href, text: uri.href }],
        })),
      )
    },
    (app) => {
      app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), (req, res) => {
        res.json({ by: req.principal.owner.id })
      })
    },
  )
  const whoOf = (extra: unknown): string => {
    const caller = auth.caller(extra)
    return caller?.type === 'key' ? caller.principal.owner.id : `person ${caller?.login.id}`
  }
  return { keyring, auth, origin, mcp: `${origin}/mcp`, rights }
}

const toolsOf = (...scopes: readonly string[]) =>
  names.filter((name) => scopes.includes(name)).map((name) => name.replace('.', '_'))

describe('MCP', () => {
  it.each(['v1', 'v2'] as const)(
    'T4: the same key is a bearer token on the REST API and on the MCP server, client %s',
    async (sdk) => {
      const { keyring, origin, mcp } = await product()
      const { key, token } = await keyring.create({ name: 'both', owner: ada, scopes: ['tasks.read'] })
      const rest = () => fetch(`${origin}/tasks`, { headers: { Authorization: `Bearer ${token.reveal()}` } })
      const client = await connect(mcp, token, sdk)
      expect(await (await rest()).json()).toEqual({ by: 'ada' })
      expect(await client.call('tasks_read')).toBe('tasks_read as ada')
      await keyring.revoke(key.id)
      expect((await rest()).status).toBe(401)
      expect(await client.call('tasks_read')).toContain('This API key was revoked')
    },
  )

  it('T5: a key sees and calls only the tools that its user may use now', async () => {
    const { keyring, mcp, rights } = await product()
    const { token } = await keyring.create({ name: 'all', owner: ada, scopes: ['*'] })
    const client = await connect(mcp, token)
    expect(await client.tools()).toEqual(toolsOf(...names))
    rights.set('ada', ['leaves.*', 'tasks.read'])
    expect(await client.tools()).toEqual(toolsOf('tasks.read', 'leaves.read', 'leaves.manage'))
    expect(await client.call('leaves_manage')).toBe('leaves_manage as ada')
    expect(await client.call('rewards_manage')).toContain('Tool rewards_manage not found')
    rights.delete('ada')
    expect(await client.call('leaves_manage')).toContain('owner_inactive')
  })

  it('O1: a workspace key serves a machine, with no human behind it', async () => {
    const { keyring, mcp } = await product()
    const { token } = await keyring.create({ name: 'agent', owner: workspace, roles: ['planner'] })
    const client = await connect(mcp, token, 'v2')
    expect(await client.call('sprints_manage')).toBe('sprints_manage as org1')
  })

  it('O7: a key does not see the tools that the server does not expose to it', async () => {
    const { keyring, mcp } = await product()
    const { token } = await keyring.create({ name: 'coach', owner: workspace, roles: ['coach'] })
    const client = await connect(mcp, token, 'v2')
    expect(await client.tools()).toEqual(['standups_read'])
    expect(await client.call('standups_manage')).toContain('Tool standups_manage not found')
    expect(await client.call('no_such_tool')).toContain('Tool no_such_tool not found')
  })

  it('O9: one endpoint serves people whom the host has signed in, and machines with keys', async () => {
    const people = new Map<string, Login>([
      [
        'Bearer session-of-grace',
        {
          id: 'grace',
          allows: (scope) => scope === 'teams.manage',
          allowsOn: () => false,
          allowsSomewhere: () => false,
        },
      ],
    ])
    const { keyring, mcp } = await product({
      fallback: ({ fields }) =>
        people.get(fields.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '') ?? null,
    })
    const { token } = await keyring.create({ name: 'machine', owner: workspace, scopes: ['tasks.read'] })
    const [grace, machine] = [await connect(mcp, 'session-of-grace'), await connect(mcp, token)]
    expect(await grace.tools()).toEqual(['teams_manage'])
    expect(await grace.call('teams_manage')).toBe('teams_manage as person grace')
    expect(await machine.tools()).toEqual(['tasks_read'])
    await expect(connect(mcp, 'session-of-nobody')).rejects.toThrow(/401|api_key_invalid/)
  })

  it('L6: a connection is narrowed to the project of its URL, and reaches that project only', async () => {
    const { keyring, mcp } = await product({ narrow: (url) => ({ project: [url.searchParams.get('projectId')] }) })
    const resources = { project: { mode: 'specific', levels: { p1: 'work', p2: 'work' } } } as const
    const { token } = await keyring.create({ name: 'editor', owner: ada, resources })
    const client = await connect(`${mcp}?projectId=p1`, token)
    expect(await client.call('files_write', { projectId: 'p1' })).toBe('wrote to p1')
    expect(await client.call('files_write', { projectId: 'p2' })).toContain('does not have files.write on project "p2"')
    expect(await client.resources()).toEqual(['files://p1'])
    await expect(connect(`${mcp}?projectId=p3`, token)).rejects.toThrow(/Not found/)
    await expect(connect(`${mcp}?projectId=p1&projectId=p2`, token)).rejects.toThrow(/Not found/)
  })

  it('B2: a key is shown no tools, resources or prompts that it may not use, and its streams end with it', async () => {
    const { keyring, auth, mcp } = await product({ recheckMs: 50 })
    const resources = { project: { mode: 'specific', levels: { p1: 'work', p2: 'view' } } } as const
    const { key, token } = await keyring.create({ name: 'editor', owner: ada, scopes: ['tasks.read'], resources })
    const client = await connect(mcp, token)
    expect(await client.tools()).toEqual(['tasks_read', 'files_write'])
    expect(await client.prompts()).toEqual(['hello'])
    expect(await client.resources()).toEqual(['files://p1', 'files://p2'])
    expect(await client.call('files_write', { projectId: 'p1' })).toBe('wrote to p1')
    expect(await client.call('files_write', { projectId: 'p2' })).toContain('does not have files.write on project "p2"')

    const open = async (): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
      const headers = { Authorization: `Bearer ${token.reveal()}`, Accept: 'application/json, text/event-stream' }
      const params = {
        protocolVersion: LATEST_PROTOCOL_VERSION,
        capabilities: {},
        clientInfo: { name: 'raw', version: '1' },
      }
      const opened = await fetch(mcp, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
      })
      await opened.text()
      const session = opened.headers.get('mcp-session-id') ?? ''
      const stream = await fetch(mcp, { headers: { ...headers, 'Mcp-Session-Id': session } })
      if (stream.status !== 200 || stream.body === null) throw new Error('no stream')
      return stream.body.getReader()
    }
    const reader = await open()
    const isOver = reader.read().then(
      ({ done }) => done,
      () => true, // cut off
    )
    expect(await Promise.race([isOver, setTimeout(150, 'open')])).toBe('open')
    await keyring.revoke(key.id)
    await auth.invalidate(key.id)
    expect(await isOver).toBe(true)
  })
})

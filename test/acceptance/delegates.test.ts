import { managementApi, nodeListener } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type KeyringEvent } from '@keywright/core'
import { requireKey } from '@keywright/express'
import { kyselyStore } from '@keywright/kysely'
import { createMcpAuth, scoped } from '@keywright/mcp'
import express, { type Request } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { connect, mcpEndpoint } from './support/mcp-endpoint.js'
import { serve } from './support/serve.js'

const access = defineAccess({
  scopes: {
    'api_keys.read': 'See keys',
    'members.read': 'See members',
    'tasks.read': 'See tasks',
    'tasks.move': 'Move tasks',
  },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
})
const owner = { type: 'user', id: 'ada', organizationId: 'acme' } as const
const pepper = 'the pepper of all processes, 32 bytes'

const databases = await openDatabases()

describe.each(databases)('a key that delegates, on $name', ({ db, tablePrefix }) => {
  /** A product of one process, with routes, a management API, and an MCP endpoint. */
  async function product() {
    const events: KeyringEvent[] = []
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store: kyselyStore(db, { tablePrefix }),
      hasher: hmacSha256({ current: 'p1', peppers: { p1: pepper } }),
      resolveOwner: () => ({ scopes: ['*'], levels: () => 'edit' }),
      allowKeyManagement: true,
      delegates: { maxDepth: 2 },
      onEvent: (event) => events.push(event),
    })
    onTestFinished(() => keyring.close())
    const { key, token } = await keyring.create({
      name: 'agent',
      owner,
      scopes: ['*'],
      resources: { board: { mode: 'all', level: 'edit' } },
    })
    const api = managementApi(keyring, {
      authenticate: async (request) => {
        const verdict = await keyring.verify(request.headers.get('authorization')?.slice(7) ?? '')
        if (!verdict.ok) return null
        const { actor, scopes } = verdict.principal
        return actor.type === 'key' ? { actor, authority: { scopes }, ambient: false } : null
      },
      organization: () => 'acme',
      allowKeys: true,
    })
    const auth = createMcpAuth(keyring, { onCall: (call) => keyring.audit.recordCall(call) })
    const app = express()
    app.use('/api/api-keys', nodeListener(api))
    const resource = ({ params }: Request) => ({ type: 'board' as const, id: String(params.board) })
    app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), ({ principal }, res) => {
      res.json({ delegation: principal.delegation?.id })
    })
    app.get('/boards/:board', requireKey(keyring, { scopes: ['tasks.read'], resource }), (_, res) => {
      res.json({})
    })
    const call = await serve(app)
    const exchange = async (subject: string, more: Readonly<Record<string, string>>) => {
      const form = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        ...more,
      })
      const response = await api.fetch(
        new Request('http://a.example/api/api-keys/token', { method: 'POST', body: form }),
      )
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
    }
    return { keyring, key, parent: token.reveal(), call, exchange, auth, events }
  }

  it('B21: exchanges it for a token that can do its part over HTTP, until it is revoked', async () => {
    const { keyring, key, parent, call, exchange } = await product()
    const answer = await exchange(parent, { scope: 'tasks.read', resource: 'urn:keywright:resource:board:b1' })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 300, scope: 'tasks.read' } })
    const child = String(answer.body.access_token)
    expect((await call('GET /boards/b1', child)).status).toBe(200)
    expect((await call('GET /boards/b2', child)).status).toBe(403)
    expect((await call('GET /members', child)).status).toBe(403)
    const grandchild = String((await exchange(child, { scope: 'tasks.*' })).body.access_token)
    expect((await call('GET /boards/b1', grandchild)).status).toBe(200)
    expect((await exchange(grandchild, { scope: 'tasks.read' })).body).toMatchObject({ error: 'invalid_request' })

    for (const path of ['/', '/self', `/${key.id}`, '/audit']) {
      expect((await call(`GET /api/api-keys${path}`, child)).status, path).toBe(403)
    }
    expect((await call('GET /api/api-keys/self', parent)).status).toBe(200)
    await keyring.revoke(key.id)
    for (const token of [child, grandchild]) {
      expect(await call('GET /boards/b1', token)).toMatchObject({ status: 401, body: { code: 'api_key_revoked' } })
    }
    expect((await exchange(parent, { scope: 'tasks.read' })).body).toMatchObject({ error: 'invalid_request' })
  })

  it('B21: lives through the grace of a rotation, and names itself to handlers and in events', async () => {
    const { keyring, key, parent, call, exchange, events } = await product()
    const child = String((await exchange(parent, { scope: 'members.read' })).body.access_token)
    const [made] = events.filter(({ type }) => type === 'api_key.delegated')
    expect(await call('GET /members', child)).toMatchObject({
      status: 200,
      body: { delegation: made !== undefined && 'delegateId' in made ? made.delegateId : null },
    })
    await keyring.rotate(key.id, { graceMs: 600_000 })
    expect((await call('GET /members', child)).status).toBe(200)
    await keyring.rotate(key.id)
    expect(await call('GET /members', child)).toMatchObject({ status: 401, body: { code: 'api_key_invalid' } })
  })

  it('B21: connects a sub-agent to an MCP server, which sees its part and records its id', async () => {
    const { keyring, key, parent, auth } = await product()
    const verdict = await keyring.verify(parent)
    if (!verdict.ok) throw new Error('the key was refused')
    const made = await keyring.delegate(verdict.principal, { scopes: ['members.read'] })
    let until: number | undefined
    const origin = await mcpEndpoint(auth, (server) => {
      server.registerTool(
        'members',
        {},
        scoped({ scopes: ['members.read'] }, ({ authInfo }: { authInfo?: { expiresAt?: number } }) => {
          until = authInfo?.expiresAt
          return { content: [{ type: 'text', text: 'ada' }] }
        }),
      )
      const onBoard = { scopes: ['tasks.read'], on: () => ({ type: 'board', id: 'b1' }) } as const
      server.registerTool(
        'board',
        {},
        scoped(onBoard, () => ({ content: [{ type: 'text', text: 'b1' }] })),
      )
    })
    const url = `${origin}/mcp`
    const agent = await connect(url, made.token)
    expect(await agent.tools()).toEqual(['members'])
    expect(await agent.call('members')).toBe('ada')
    expect(until).toBe(Math.floor(made.expiresAt.getTime() / 1_000))
    expect(await (await connect(url, parent)).tools()).toEqual(['members', 'board'])
    const { records } = await keyring.audit.list({ organizationId: 'acme', keyId: key.id, type: 'tool.called' })
    expect(records[0]).toMatchObject({ keyId: key.id, data: { tool: 'members', delegateId: made.delegateId } })
  })
})

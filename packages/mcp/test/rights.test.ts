import type { ToolCall } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { ran } from './register.js'
import { type AnyClient, aKeyring, aToken, full, hosts, partial } from './task-board.js'

const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)

/** The result of a call, or the error that the client threw. */
async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  return run().catch((error: { code?: unknown; message?: unknown }) => ({ code: error.code, message: error.message }))
}

const call = (client: AnyClient, name: string, args?: Record<string, unknown>) =>
  outcome(() => client.callTool({ name, ...(args === undefined ? {} : { arguments: args }) }))

/** `answer` as JSON, with one name replaced by another. */
const as = (answer: unknown, from: string, to: string) => JSON.stringify(answer).replaceAll(from, to)

describe.each(hosts)('$name', ({ serve, connect }) => {
  it('lists only what the key may use (T5, O7, B2)', async () => {
    const { url, keyring } = await serve()
    const admin = await connect(url, (await aToken(keyring, full)).token)
    const low = await connect(url, (await aToken(keyring, partial)).token)
    const none = await connect(url, (await aToken(keyring)).token)

    const tools = async (client: AnyClient) => names((await client.listTools()).tools).filter((name) => name !== 'wait')
    expect(await tools(admin)).toEqual(['whoami', 'members_remove', 'tasks_create', 'report'])
    expect(await tools(low)).toEqual(['whoami', 'tasks_create', 'report'])
    expect(await tools(none)).toEqual(['whoami'])

    expect(names((await admin.listPrompts()).prompts)).toEqual(['invite', 'hello'])
    expect(names((await low.listPrompts()).prompts)).toEqual(['hello'])
    const uris = async (client: AnyClient) => (await client.listResources()).resources.map(({ uri }) => uri)
    expect(await uris(admin)).toEqual(['doc://members', 'doc://help', 'board://b1', 'board://b2', 'board://b3'])
    expect(await uris(low)).toEqual(['doc://help', 'board://b1', 'board://b2'])
    expect(await uris(none)).toEqual(['doc://help'])
    const templates = async (client: AnyClient) => names((await client.listResourceTemplates()).resourceTemplates)
    expect(await templates(admin)).toEqual(['board', 'member'])
    expect(await templates(low)).toEqual(['board'])
    expect(await templates(none)).toEqual([])
    expect((await low.listTools()) as { cacheScope?: unknown }).not.toMatchObject({ cacheScope: 'public' })
  })

  it('answers a hidden tool exactly like a missing one, whatever the arguments', async () => {
    const { url, keyring } = await serve()
    const low = await connect(url, (await aToken(keyring, partial)).token)
    const nope = await call(low, 'nope', { id: 'x' })
    expect(JSON.stringify(nope)).toContain('Tool nope not found')
    for (const name of ['members_remove', 'forgotten']) {
      for (const args of [undefined, { id: 'x' }, { id: 1, other: [] }]) {
        expect(as(await call(low, name, args), name, 'nope')).toBe(JSON.stringify(nope))
      }
    }
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(as(await call(low, name), name, 'nope')).toBe(JSON.stringify(nope))
    }
  })

  it('decides on the resource in the arguments, and names the missing scope', async () => {
    const { url, keyring } = await serve({ docsUrl: 'https://example.com/keys' })
    const low = await connect(url, (await aToken(keyring, partial)).token)
    expect(await call(low, 'tasks_create', { boardId: 'b1', title: 't' })).toMatchObject({
      content: [{ text: 'created on b1, reaches b1,b2' }],
    })
    ran.length = 0
    for (const boardId of ['b2', 'b3', 'b9', '__proto__']) {
      expect(await call(low, 'tasks_create', { boardId, title: 1 })).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining(`tasks.create on board "${boardId}"`) }],
        _meta: {
          'keywright/refusal': { code: 'insufficient_scope', missing: ['tasks.create'], resource: { id: boardId } },
        },
      })
    }
    expect(ran).toEqual([])
    // Without a resource, validation says what is wrong. Arguments that validation changes are decided again.
    expect(JSON.stringify(await call(low, 'tasks_create', { title: 't' }))).toMatch(/boardId/)
    expect(await call(low, 'tasks_create', { boardId: ' b1', title: 't' })).toMatchObject({ isError: true })
    expect(ran).toEqual([])
  })

  it('lists tools that the key may not use when unavailableTools is list, and names the missing scope of a call', async () => {
    const { url, keyring } = await serve({ unavailableTools: 'list' })
    const none = await connect(url, (await aToken(keyring)).token)
    const tools = names((await none.listTools()).tools).filter((name) => name !== 'wait')
    expect(tools).toEqual(['whoami', 'members_remove', 'tasks_create', 'report'])
    expect(await call(none, 'members_remove', { id: 'x' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('members.manage') }],
    })
    expect(JSON.stringify(await call(none, 'forgotten'))).toContain('Tool forgotten not found')
  })

  it('reads, prompts and completes only what the key may use', async () => {
    const { url, keyring } = await serve()
    const admin = await connect(url, (await aToken(keyring, full)).token)
    const low = await connect(url, (await aToken(keyring, partial)).token)
    const read = (client: AnyClient, uri: string) => outcome(() => client.readResource({ uri }))
    expect(await read(low, 'board://b2')).toMatchObject({ contents: [{ text: 'content of board://b2' }] })
    expect(await read(admin, 'doc://members')).toMatchObject({ contents: [{}] })
    const nope = JSON.stringify(await read(low, 'doc://nope'))
    for (const uri of ['doc://members', 'board://b3', 'member://m1', 'nope://x']) {
      expect(as(await read(low, uri), uri, 'doc://nope')).toBe(nope)
    }
    const prompt = (client: AnyClient, name: string) =>
      outcome(() => client.getPrompt({ name, arguments: { name: 'Bo' } }))
    expect(await prompt(admin, 'invite')).toMatchObject({ messages: [{}] })
    expect(as(await prompt(low, 'invite'), 'invite', 'nope')).toBe(JSON.stringify(await prompt(low, 'nope')))

    const complete = async (client: AnyClient, ref: Parameters<AnyClient['complete']>[0]['ref'], name: string) =>
      (await client.complete({ ref, argument: { name, value: '' } })).completion.values
    const invite = { type: 'ref/prompt', name: 'invite' } as const
    expect(await complete(admin, invite, 'name')).toEqual(['Secret Sue'])
    expect(await complete(low, invite, 'name')).toEqual([])
    const board = { type: 'ref/resource', uri: 'board://{boardId}' } as const
    expect(await complete(admin, board, 'boardId')).toEqual(['b1', 'b2', 'b3'])
    expect(await complete(low, board, 'boardId')).toEqual(['b1', 'b2'])
  })

  it('applies a changed key to the next message of an open session', async () => {
    const { url, keyring } = await serve()
    const { token, id } = await aToken(keyring, full)
    const client = await connect(url, token)
    expect(names((await client.listTools()).tools)).toContain('members_remove')
    await keyring.update(id, { scopes: [] })
    expect(names((await client.listTools()).tools)).not.toContain('members_remove')
    expect(JSON.stringify(await call(client, 'members_remove', { id: 'x' }))).toContain('not found')
    await keyring.revoke(id)
    await expect(client.listTools()).rejects.toThrow(/revoked/)
  })

  it('charges a costly call to the limit of the key, and refuses in the tool result (RATE-9)', async () => {
    const events: ToolCall[] = []
    const limit = { limit: 12, windowMs: 60_000 }
    const { url, keyring } = await serve({ onCall: (event) => events.push(event) }, aKeyring(limit))
    const client = await connect(url, (await aToken(keyring, full)).token)
    const texts: string[] = []
    for (let at = 0; at < 3; at++) texts.push(JSON.stringify(await call(client, 'report')))
    expect(texts[0]).toContain('report')
    expect(texts[2]).toMatch(/rate_limited: wait \d+ seconds/)
    expect(events.at(-1)).toMatchObject({ tool: 'report', decision: 'rate_limited' })
  })

  it('reports each call to onCall, without its arguments', async () => {
    const events: ToolCall[] = []
    const { url, keyring } = await serve({
      onCall: (event) => {
        events.push(event)
        throw new Error('of no consequence')
      },
    })
    const { token, id } = await aToken(keyring, partial)
    const client = await connect(url, token)
    await call(client, 'tasks_create', { boardId: 'b1', title: 'PRIVATE' })
    await call(client, 'tasks_create', { boardId: 'b2', title: 'PRIVATE' })
    await call(client, 'members_remove', { id: 'PRIVATE' })
    expect(events.map(({ tool, decision, missing }) => ({ tool, decision, missing }))).toEqual([
      { tool: 'tasks_create', decision: 'allowed', missing: [] },
      { tool: 'tasks_create', decision: 'denied', missing: ['tasks.create'] },
      { tool: 'members_remove', decision: 'hidden', missing: [] },
    ])
    expect(events[0]).toMatchObject({ keyId: id, owner: { id: 'ada' }, organizationId: 'org1', narrowing: {} })
    expect(events[0]?.durationMs).toBeGreaterThan(0)
    expect(JSON.stringify(events)).not.toContain('PRIVATE')
  })

  it('reports calls that the audit log accepts and keeps in an intact chain', async () => {
    const keyring = aKeyring()
    const { url } = await serve({ onCall: keyring.audit.recordCall }, keyring)
    const { token, id } = await aToken(keyring, partial)
    const client = await connect(url, token)
    await call(client, 'tasks_create', { boardId: 'b2', title: 'PRIVATE' })
    await call(client, `no_such_tool ${token}`)
    const calls = async () => (await keyring.audit.list({ organizationId: 'org1', type: 'tool.called' })).records
    await expect.poll(calls).toHaveLength(2)
    expect((await calls()).map(({ keyId, data }) => [keyId, data.tool, data.decision])).toEqual([
      [id, 'no_such_tool [redacted]', 'hidden'],
      [id, 'tasks_create', 'denied'],
    ])
    expect(JSON.stringify(await calls())).not.toContain('PRIVATE')
    expect(await keyring.audit.verify({ organizationId: 'org1' })).toMatchObject({ ok: true })
  })
})

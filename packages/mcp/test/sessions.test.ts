import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { initialize, listenFor, listenHeaders, listTools, mcpHeaders, openStream, send } from './raw.js'
import { aToken, full, partial, type Stage, serveV1, serveV2, suspended } from './task-board.js'

const wait = { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'wait' } }

async function openSession(url: string, token: string): Promise<string> {
  const { headers } = await send(url, 'POST', mcpHeaders(token), initialize)
  return String(headers['mcp-session-id'])
}

describe('sessions of v1', () => {
  it('answer 404 to another key, for every method (MCP-4)', async () => {
    const { url, keyring } = await serveV1({ narrow: (at) => ({ board: at.searchParams.getAll('boardId') }) })
    const alice = await aToken(keyring, full)
    const bob = await aToken(keyring, full)
    const session = await openSession(url, alice.token)
    const never = await send(url, 'POST', mcpHeaders(alice.token, 'never'), listTools)
    expect([never.status, JSON.parse(never.text)]).toEqual([
      404,
      { jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null },
    ])
    const thefts = [
      ['POST', url, {}],
      ['GET', url, {}],
      ['DELETE', url, {}],
      ['GET', url, { 'last-event-id': '1' }],
    ] as const
    for (const [method, at, more] of thefts) {
      const answer = await send(
        at,
        method,
        { ...mcpHeaders(bob.token, session), ...more },
        method === 'POST' ? listTools : undefined,
      )
      expect([method, answer.status, answer.text]).toEqual([method, 404, never.text])
    }
    // The same key with a narrowing is another connection.
    expect((await send(`${url}?boardId=b1`, 'POST', mcpHeaders(alice.token, session), listTools)).status).toBe(404)
    // Without a session id, a replay could send events of somebody else.
    expect((await send(url, 'GET', { ...mcpHeaders(bob.token), 'last-event-id': '1' })).status).toBe(404)
    expect((await send(url, 'POST', mcpHeaders(alice.token, session), listTools)).status).toBe(200)
    expect((await send(url, 'DELETE', mcpHeaders(alice.token, session))).status).toBe(200)
  })

  it('give a weaker key none of the rights of the key that opened them', async () => {
    const { url, keyring } = await serveV1()
    const admin = await aToken(keyring, full)
    const low = await aToken(keyring, partial)
    const session = await openSession(url, admin.token)
    const untagged = session.slice(0, session.lastIndexOf('.'))
    for (const id of [session, untagged, `${untagged}.`]) {
      const call = { ...listTools, method: 'tools/call', params: { name: 'members_remove', arguments: { id: 'x' } } }
      expect((await send(url, 'POST', mcpHeaders(low.token, id), call)).status).toBe(404)
    }
  })
})

const endings: readonly [string, (stage: Stage, id: string) => Promise<unknown>][] = [
  ['revoked', ({ keyring }, id) => keyring.revoke(id)],
  ['disabled', ({ keyring }, id) => keyring.disable(id)],
  ['expired', ({ keyring }, id) => keyring.update(id, { expiresAt: new Date(Date.now() + 60) })],
  ['out of reach of the board', ({ keyring }, id) => keyring.update(id, { resources: {} })],
  ['of a suspended owner', async () => suspended.add('sam')],
]

describe.each(endings)('a stream whose key is %s (CONS-11)', (_, end) => {
  const options = { recheckMs: 30, narrow: (at: URL) => ({ board: at.searchParams.getAll('boardId') }) }
  const owner = { type: 'user', id: 'sam', organizationId: 'org1' } as const

  it.each(['GET', 'POST'] as const)('is closed within the check interval: %s of v1', async (method) => {
    suspended.clear()
    const stage = await serveV1(options)
    const { token, id } = await aToken(stage.keyring, { ...full, owner })
    const url = `${stage.url}?boardId=b1`
    const session = await openSession(url, token)
    const stream = await openStream(url, method, mcpHeaders(token, session), method === 'POST' ? wait : undefined)
    expect(stream.status).toBe(200)
    const still = await Promise.race([stream.ended.then(() => 'ended'), setTimeout(120, 'open')])
    expect(still).toBe('open')
    await end(stage, id)
    await stream.ended
  })

  it('is closed within the check interval: subscriptions/listen of v2', async () => {
    suspended.clear()
    const stage = await serveV2(options)
    const { token, id } = await aToken(stage.keyring, { ...full, owner })
    const stream = await openStream(`${stage.url}?boardId=b1`, 'POST', listenHeaders(token), listen(['board://b1']))
    expect(stream.status).toBe(200)
    expect(await Promise.race([stream.ended.then(() => 'ended'), setTimeout(120, 'open')])).toBe('open')
    await end(stage, id)
    await stream.ended
  })
})

it('invalidate closes the streams of a revoked key at once', async () => {
  const stage = await serveV1()
  const { token, id } = await aToken(stage.keyring, full)
  const other = await aToken(stage.keyring, full)
  const open = async (of: string) => openStream(stage.url, 'GET', mcpHeaders(of, await openSession(stage.url, of)))
  const [stream, untouched] = [await open(token), await open(other.token)]
  await stage.keyring.revoke(id)
  await stage.keyring.revoke(other.id)
  await stage.auth.invalidate(id)
  await stream.ended
  expect(await Promise.race([untouched.ended.then(() => 'ended'), setTimeout(100, 'open')])).toBe('open')
})

const listen = (uris: readonly string[]) => listenFor({ resourceSubscriptions: uris })

it('the first listen request of an endpoint is answered without the resources out of reach', async () => {
  const { url, keyring } = await serveV2()
  const { token } = await aToken(keyring, partial)
  const uris = ['board://b1', 'board://b3', 'doc://members', 'doc://help', 'member://m', 'nope://x', 'no uri']
  const stream = await openStream(url, 'POST', listenHeaders(token), listen(uris))
  await expect.poll(stream.text).toContain('"resourceSubscriptions":["board://b1","doc://help"]')
})

it('checks of an open stream count no use and take no units', async () => {
  const stage = await serveV1({ recheckMs: 10 })
  const { token, id } = await aToken(stage.keyring, full)
  await openStream(stage.url, 'GET', mcpHeaders(token, await openSession(stage.url, token)))
  await setTimeout(200)
  await stage.keyring.close()
  const hours = await stage.keyring.usage({
    organizationId: 'org1',
    keyId: id,
  })
  expect(hours.reduce((sum, { count }) => sum + count, 0)).toBe(2)
})

import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { managementApi } from '@keywright/api'
import {
  createKeyring,
  defineAccess,
  fetchGate,
  hmacSha256,
  type Keyring,
  type KeyringEvent,
  memoryFailureLimiter,
  sealer,
} from '@keywright/core'
import { githubLeaks, leakReports } from '@keywright/core/leaks'
import { formatToken, secretScanning } from '@keywright/core/token'
import { kyselyStore, kyselyWebhookStore } from '@keywright/kysely'
import { webhooks } from '@keywright/webhooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabases } from './support/databases.js'
import { serveHandler } from './support/serve-handler.js'

const access = defineAccess({ scopes: { 'tasks.read': 'See tasks', 'api_keys.manage_all': 'Manage all keys' } })
const secret = 'the-secret-of-a-scanner-in-this-test-0123456789'
const finding = 'https://github.com/octocat/hello/blob/1234/.env'

const databases = await openDatabases()

describe.each(databases)('leaked tokens over HTTP and $name', ({ db, tablePrefix }) => {
  /** A product with the endpoints for leaks, its management API, and a route behind its keys. */
  async function open() {
    const organizationId = `acme-${randomUUID()}`
    const events: KeyringEvent[] = []
    const store = kyselyStore(db, { tablePrefix })
    const keyring = createKeyring({
      prefix: 'tk',
      environment: 'live',
      access,
      store,
      hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
      resolveOwner: () => ({ scopes: ['*'] }),
      failureLimit: { limit: 5, windowMs: 60_000 },
      failureLimiter: memoryFailureLimiter(),
      quarantineExposed: true,
      delegates: {},
      onEvent: (event) => events.push(event),
    })
    onTestFinished(() => keyring.close())
    const untyped = keyring as unknown as Keyring // the names of its scopes make no difference here
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    // GitHub's own server: its keys are asked for over HTTP, with the fetch that the host gives.
    const origin = await serveHandler(() =>
      Response.json({ public_keys: [{ key_identifier: 'k1', key, is_current: true }] }),
    )
    const github = githubLeaks(untyped, { fetch: (_, init) => fetch(origin, init) })
    const scanners = leakReports(untyped, { reporters: { ci: secret }, action: 'quarantine' })
    const api = managementApi(untyped, {
      authenticate: () => null,
      organization: () => organizationId,
      clientIp: (request) => request.headers.get('x-client'),
      tokenRevocation: true,
    })
    const gate = fetchGate(untyped, { scopes: ['tasks.read'] })
    const app = await serveHandler(async (request, connection) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/leaks/github') return github(request)
      if (pathname === '/leaks/scanners') return scanners(request)
      if (pathname.startsWith('/api/api-keys')) return api.fetch(request)
      const verdict = await gate(request, connection)
      return verdict.ok ? verdict.finish(new Response('tasks')) : verdict.response
    })
    const owner = { type: 'user', id: 'ada', organizationId } as const
    const create = async () => {
      const made = await keyring.create({ name: 'ci', owner, scopes: ['tasks.read'] })
      return { id: made.key.id, token: made.token.reveal() }
    }
    const post = (path: string, init: RequestInit) => fetch(`${app}${path}`, { method: 'POST', ...init })
    const reportAsGithub = (findings: object) => {
      const body = JSON.stringify(findings)
      const signature = sign('sha256', Buffer.from(body), privateKey).toString('base64')
      const headers = { 'Github-Public-Key-Identifier': 'k1', 'Github-Public-Key-Signature': signature }
      return post('/leaks/github', { body, headers })
    }
    const use = async (token: string) =>
      (await fetch(`${app}/tasks`, { headers: { Authorization: `Bearer ${token}` } })).status
    const records = async (keyId: string) =>
      (await keyring.audit.list({ organizationId, keyId })).records.map(({ type, data }) => ({ type, data }))
    return { keyring, organizationId, events, app, create, post, reportAsGithub, use, records }
  }

  it('B19: a report of GitHub revokes a key from the next request on; log, host and webhook hear of it', async () => {
    const { keyring, organizationId, events, create, reportAsGithub, use, records } = await open()
    const heard: string[] = []
    const receiver = await serveHandler(async (request) => {
      heard.push((JSON.parse(await request.text()) as { type: string }).type)
      return new Response(null, { status: 204 })
    })
    const hooks = webhooks(keyring, {
      store: kyselyWebhookStore(db, { tablePrefix }),
      sealer: sealer({ current: 'w1', keys: { w1: Buffer.alloc(32, 9) } }),
      delivery: { allowLoopback: true },
      events: {},
      keyEvents: { scope: 'api_keys.manage_all' },
    })
    onTestFinished(() => hooks.close())
    const admin = await keyring.create({
      name: 'ops',
      owner: { type: 'organization', id: organizationId },
      scopes: ['api_keys.manage_all'],
    })
    await hooks.create({ keyId: admin.key.id, url: `${receiver}/hook` })
    const [leaked, kept] = [await create(), await create()]
    expect([await use(leaked.token), await use(kept.token)]).toEqual([200, 200])
    const type = 'acme_api_key'
    const forged = `${leaked.token.slice(0, -1)}${leaked.token.endsWith('a') ? 'b' : 'a'}`
    const response = await reportAsGithub(
      [leaked.token, forged].map((token) => ({ token, type, url: `${finding}?raw=${token}`, source: 'commit' })),
    )
    const token_hash = createHash('sha256').update(leaked.token).digest('hex')
    expect([response.status, await response.json()]).toEqual([
      200,
      [{ token_hash, token_type: type, label: 'true_positive' }],
    ])
    expect([await use(leaked.token), await use(kept.token)]).toEqual([401, 200])
    expect((await records(leaked.id)).slice(0, 2)).toEqual([
      { type: 'api_key.revoked', data: { reason: 'leaked' } },
      { type: 'api_key.leak_reported', data: { source: 'github commit', url: finding, token: 'current' } },
    ])
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'api_key.leak_reported', keyId: leaked.id, url: finding }),
    )
    await hooks.run()
    expect(heard).toEqual(expect.arrayContaining(['api_key.leak_reported', 'api_key.revoked']))
    expect(JSON.stringify([events, await records(leaked.id)])).not.toContain(leaked.token)
  })

  it('B19: a delegated token is found by the pattern, told when GitHub reports it, and its key stays', async () => {
    const { keyring, events, create, reportAsGithub, use, records } = await open()
    const { id, token } = await create()
    const verdict = await keyring.verify(token)
    if (!verdict.ok) throw new Error(verdict.refusal.code)
    const made = await keyring.delegate(verdict.principal, { scopes: ['tasks.read'], ttlMs: 60_000 })
    const text = made.token.reveal()
    const log = `::debug::{"env":"AGENT_KEY=${text}\\nNEXT=${token}\\n"}`
    const { regex } = secretScanning(['tk_live'])
    expect([...log.matchAll(new RegExp(regex, 'g'))].map(([, found]) => found)).toEqual([text, token])
    const response = await reportAsGithub([{ token: text, type: 'acme_api_key', url: finding }])
    expect([response.status, await response.json()]).toMatchObject([200, [{ label: 'true_positive' }]])
    const delegation = { id: made.delegateId, depth: 1, expiresAt: made.expiresAt }
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'api_key.leak_reported', keyId: id, outcome: 'delegate_found', delegation }),
    )
    expect([await use(text), await use(token), (await records(id)).length]).toEqual([200, 200, 1])
    // What the host does where it does not wait for the end.
    await keyring.rotate(id)
    expect(await use(text)).toBe(401)
    expect(JSON.stringify(events)).not.toContain(text)
  })

  it('B19: a scanner with its secret quarantines a key, and one without ends nothing', async () => {
    const { keyring, create, post, use } = await open()
    const { id, token } = await create()
    const body = JSON.stringify([{ token, url: finding }])
    expect((await post('/leaks/scanners', { body })).status).toBe(401)
    expect(await use(token)).toBe(200)
    const headers = { Authorization: `Bearer ${secret}` }
    expect((await post('/leaks/scanners', { body, headers })).status).toBe(200)
    expect(await use(token)).toBe(401)
    expect(await keyring.get(id)).toMatchObject({ status: 'disabled', disabledReason: 'leaked', locked: true })
  })

  it('B19: whoever holds a token revokes its key without a login (RFC 7009), and guesses are limited', async () => {
    const { create, post, use } = await open()
    const { token } = await create()
    const revoke = async (text: string, client: string) => {
      const headers = { 'X-Client': client }
      return (await post('/api/api-keys/revoke', { body: new URLSearchParams({ token: text }), headers })).status
    }
    expect([await revoke(`${token}x`, '203.0.113.1'), await revoke(token, '203.0.113.1')]).toEqual([200, 200])
    expect([await use(token), await revoke(token, '203.0.113.1')]).toEqual([401, 200])
    const other = await create()
    const guess = formatToken({ namespace: 'tk_live', id: other.id, secret: 'x'.repeat(32) })
    const statuses: number[] = []
    for (let time = 0; time < 6; time += 1) statuses.push(await revoke(guess, '203.0.113.2'))
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
    expect(await use(other.token)).toBe(200)
  })

  it('B19: a key in a URL is disabled, also where many requests bring it at once', async () => {
    const { keyring, app, create, use, records } = await open()
    const { id, token } = await create()
    const statuses = await Promise.all(Array.from({ length: 10 }, () => fetch(`${app}/tasks?key=${token}`)))
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([400]))
    await expect.poll(async () => (await keyring.get(id))?.status).toBe('disabled')
    expect(await use(token)).toBe(401)
    await keyring.close()
    expect((await records(id)).map(({ type }) => type)).toEqual([
      ...['api_key.disabled', 'api_key.leak_reported', 'api_key.created'],
    ])
  })
})

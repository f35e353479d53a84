import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  createKeyring,
  defineAccess,
  fetchGate,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  memoryRateLimiter,
  memoryStore,
  PlanLimitReached,
} from '@keywright/core'
import { formatToken } from '@keywright/core/token'
import { dpopProofs } from '@keywright/dpop'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { testKeyring, testOwners } from '@keywright/testkit/app'
import { memoryWebhookStore } from '@keywright/webhooks'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { access } from '../examples/docs/access.js'
import { endAgain, stopAllKeys } from '../examples/docs/after-a-restore.js'
import { openBound } from '../examples/docs/bound-keys.js'
import { capKey } from '../examples/docs/cap-a-key.js'
import { checkAuditLogs } from '../examples/docs/check-audit-logs.js'
import { dpopClient } from '../examples/docs/dpop-client.js'
import { endByPolicy } from '../examples/docs/end-by-policy.js'
import { fromTable } from '../examples/docs/from-a-table.js'
import { fromBetterAuth } from '../examples/docs/from-better-auth.js'
import { fromKeypal } from '../examples/docs/from-keypal.js'
import { fromSanctum } from '../examples/docs/from-sanctum.js'
import { fromUnkey } from '../examples/docs/from-unkey.js'
import { importAll } from '../examples/docs/import-all.js'
import { leakServer } from '../examples/docs/leak-endpoints.js'
import { leave } from '../examples/docs/leave.js'
import { logEvents } from '../examples/docs/log-events.js'
import { measured } from '../examples/docs/measure.js'
import { createOrOffer } from '../examples/docs/offer-upgrade.js'
import { ownerOf } from '../examples/docs/owner-without-organization.js'
import { openLimited } from '../examples/docs/plans.js'
import { openGoverned } from '../examples/docs/policies.js'
import { checkKeyring } from '../examples/docs/readiness.js'
import { openRenamed } from '../examples/docs/rename-prefix.js'
import { replaceToken } from '../examples/docs/replace-token.js'
import { resolveOwnerBy } from '../examples/docs/resolve-owner.js'
import { revokeLeaked } from '../examples/docs/revoke-leaked.js'
import { openRotating, rotateMonthly } from '../examples/docs/rotate-by-schedule.js'
import { hasherOfStep } from '../examples/docs/rotate-pepper.js'
import { sealAnew, sealerOfStep } from '../examples/docs/rotate-seal.js'
import { settingsApp } from '../examples/docs/settings-page.js'
import { sharedLimits } from '../examples/docs/shared-limits.js'
import { shutDown } from '../examples/docs/shut-down.js'
import { startReader } from '../examples/docs/sub-agent.js'
import { openTelling, tellOfKeys } from '../examples/docs/tell-of-keys.js'
import { tellOwner } from '../examples/docs/tell-of-leaks.js'
import { openKeyring } from '../examples/docs/tokens.js'
import { tryWithoutOldPepper } from '../examples/docs/try-without-pepper.js'
import { openWebhooks } from '../examples/docs/webhooks.js'
import { writeScannerRules } from '../examples/docs/write-scanner-rules.js'

const root = join(import.meta.dirname, '..')
const owner = testOwners.user
const { organizationId } = owner
const hasher = hmacSha256({ current: 'p1', peppers: { p1: randomBytes(32) } })
const everybody = () => ({ scopes: ['*'] })
const codeOf = async (keyring: Pick<Keyring, 'verify'>, token: string): Promise<string> => {
  const verdict = await keyring.verify(token)
  return verdict.ok ? 'ok' : verdict.refusal.code
}

/** A folder that goes with the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'keywright-docs-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

describe('docs/concepts', () => {
  it('access-model: the worked example has the lower of key and owner', async () => {
    const { keyring, authorities } = testKeyring(access)
    authorities.set('ada', {
      scopes: ['members.*', 'billing.read'],
      levels: { board: { roadmap: 'read', ops: 'edit' } },
    })
    const principal = await capKey(keyring)
    expect([...principal.scopes].sort()).toEqual(['billing.read', 'members.invite', 'members.read'])
    expect(await principal.levelsOn('board', ['roadmap', 'hiring', 'ops'])).toEqual(new Map([['roadmap', 'read']]))
    authorities.set('ada', { scopes: ['*'], levels: { board: {} } })
    // A wildcard of a key never names what is sensitive, whatever its owner may do.
    expect((await capKey(keyring)).scopes).not.toContain('billing.pay')
  })

  it('delegates: a sub-agent reads one board for two minutes, and nothing else', async () => {
    const { keyring, clock } = testKeyring(access, { delegates: {} })
    const principal = await capKey(keyring)
    let token = ''
    await startReader(keyring, principal, 'roadmap', async (given) => {
      token = given
    })
    const on = (id: string, scope: 'tasks.read' | 'tasks.move') =>
      keyring.verify(token, { scopes: [scope], resource: { type: 'board', id } })
    expect((await on('roadmap', 'tasks.read')).ok).toBe(true)
    expect((await on('roadmap', 'tasks.move')).ok).toBe(false)
    expect((await on('hiring', 'tasks.read')).ok).toBe(false)
    clock.advance(120_000)
    expect(await codeOf(keyring, token)).toBe('delegate_expired')
  })

  it('owners-and-organizations: an owner is asked for at each request', async () => {
    const members = new Map([['ada', { admin: false, boards: { roadmap: 'edit' } }]])
    const resolveOwner = resolveOwnerBy({
      find: async (userId) => members.get(userId) ?? null,
      isActive: async (id) => id === 'acme',
    })
    const keyring = createKeyring({ prefix: 'tb', access, store: memoryStore(), hasher, resolveOwner })
    const ada = { type: 'user', id: 'ada', organizationId: 'acme' } as const
    const { token } = await keyring.create({ name: 'own', owner: ada, scopes: ['*'] })
    const ofAll = await keyring.create({ name: 'all', owner: { type: 'organization', id: 'acme' }, scopes: ['*'] })
    const gone = await keyring.create({ name: 'gone', owner: { type: 'organization', id: 'gone' }, scopes: ['*'] })
    expect(await keyring.verify(token.reveal(), { scopes: ['billing.read'] })).toMatchObject({ ok: false })
    expect(await keyring.verify(ofAll.token.reveal(), { scopes: ['billing.read'] })).toMatchObject({ ok: true })
    expect(await codeOf(keyring, gone.token.reveal())).toBe('owner_inactive')
    members.delete('ada')
    expect(await codeOf(keyring, token.reveal())).toBe('owner_inactive')
    expect(await codeOf(keyring, ofAll.token.reveal())).toBe('ok')
  })

  it('owners-and-organizations: without organizations, a user is one', async () => {
    const { keyring } = testKeyring(access)
    await keyring.create({ name: 'first', owner: ownerOf('ada') })
    await keyring.create({ name: 'other', owner: ownerOf('bob') })
    expect((await keyring.list({ organizationId: 'ada' })).keys.map(({ name }) => name)).toEqual(['first'])
  })

  it('plans-and-limits: the plan is kept, and says what it allows', async () => {
    const keyring = openLimited({ store: memoryStore(), hasher, resolveOwner: everybody }, async () => 'free')
    for (const name of ['a', 'b', 'c']) await keyring.create({ name, owner })
    await expect(keyring.create({ name: 'd', owner })).rejects.toThrow(PlanLimitReached)
    expect(await createOrOffer(keyring, { name: 'd', owner })).toEqual({
      upgrade: 'Your plan has 3 keys, and 3 are in use.',
    })
    const [key] = (await keyring.list({ organizationId })).keys
    await keyring.revoke(key?.id ?? '')
    expect(await createOrOffer(keyring, { name: 'd', owner })).toHaveProperty('token')
  })

  it('plans-and-limits: the limits of a plan take the place of those of the keyring', async () => {
    const left = async (plan: string) => {
      const keyring = openLimited({ store: memoryStore(), hasher, resolveOwner: everybody }, async () => plan)
      const { token } = await keyring.create({ name: 'a', owner })
      const { rateLimits } = await keyring.verify(token.reveal())
      return rateLimits.map(({ policy, remaining }) => [policy.name, remaining])
    }
    expect(await left('free')).toEqual([['default', 599]])
    expect(await left('team')).toEqual([['fast', 5_999]])
  })

  it('plans-and-limits: keys of a person share a limit, and those of an organization another', async () => {
    const { keyring } = testKeyring(access, { rateLimits: sharedLimits })
    const left = async (name: string) => {
      const { token } = await keyring.create({ name, owner })
      const { rateLimits } = await keyring.verify(token.reveal())
      return rateLimits.map(({ policy, remaining }) => [policy.name, remaining])
    }
    for (const used of [1, 2]) {
      expect(await left(`key ${used}`)).toEqual([
        ['key', 599],
        ['person', 1_000 - used],
        ['organization', 5_000_000 - used],
      ])
    }
  })

  it('policies: a key of a plan lives as long as the stricter policy says, and those from before it are ended', async () => {
    const plan = { name: 'team' }
    const days = (count: number) => new Date(Date.now() + count * 86_400_000)
    const keyring = openGoverned({ store: memoryStore(), hasher, resolveOwner: everybody }, async () => plan.name)
    const { key } = await keyring.create({ name: 'a', owner })
    expect(key.expiresAt?.getTime()).toBe(key.createdAt.getTime() + 90 * 86_400_000)
    plan.name = 'bank'
    await expect(keyring.create({ name: 'b', owner, expiresAt: days(31) })).rejects.toMatchObject({
      code: 'policy_violated',
      breaches: [{ field: 'expiresAt' }, { field: 'ipAllowList' }],
    })
    await keyring.create({ name: 'c', owner, ipAllowList: ['192.0.2.1'], expiresAt: days(29) })
    const at = days(7)
    expect(await endByPolicy(keyring, organizationId, at)).toBe(1)
    expect((await keyring.get(key.id))?.expiresAt).toEqual(at)
  })

  it('tokens: one environment refuses those of another, and only test keys are shown again', async () => {
    const store = memoryStore()
    const secrets = {
      KEYWRIGHT_PEPPER: 'a pepper of at least 32 bytes, for a test',
      KEY_SEAL: randomBytes(32).toString('base64'),
    }
    const live = openKeyring({ store, resolveOwner: everybody }, 'live', secrets)
    const test = openKeyring({ store, resolveOwner: everybody }, 'test', secrets)
    const made = await live.create({ name: 'live', owner })
    const tried = await test.create({ name: 'test', owner })
    expect(made.token.reveal()).toMatch(/^tb_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    expect(await codeOf(test, made.token.reveal())).toBe('api_key_invalid')
    expect((await test.reveal(tried.key.id)).reveal()).toBe(tried.token.reveal())
    await expect(live.reveal(made.key.id)).rejects.toMatchObject({ code: 'reveal_unavailable' })
    expect([made.key.revealable, tried.key.revealable]).toEqual([false, true])
    expect(`${made.token} ${JSON.stringify(made.token)}`).toBe('[redacted] "[redacted]"')
  })

  it('tokens: tokens of a former prefix go on working, and a rotation gives the new one', async () => {
    const store = memoryStore()
    const parts = { store, hasher, resolveOwner: everybody }
    const before = createKeyring({ ...parts, prefix: 'old', environment: 'live', access })
    const { key, token } = await before.create({ name: 'a', owner })
    const renamed = openRenamed(parts)
    expect(await codeOf(renamed, token.reveal())).toBe('ok')
    expect((await renamed.rotate(key.id)).token.reveal()).toMatch(/^new_live_/)
  })

  it('statuses-and-lifecycle: a rotation leaves the token before its time of grace, unless it leaked', async () => {
    const { keyring, clock, verify } = testKeyring(access)
    const { key, token } = await keyring.create({ name: 'a', owner })
    const second = await replaceToken(keyring, key.id, false)
    expect([await verify(token.reveal()), await verify(second.reveal())]).toEqual(['ok', 'ok'])
    clock.advance(24 * 3_600_000)
    expect([await verify(token.reveal()), await verify(second.reveal())]).toEqual(['api_key_invalid', 'ok'])
    const third = await replaceToken(keyring, key.id, true)
    expect([await verify(second.reveal()), await verify(third.reveal())]).toEqual(['api_key_invalid', 'ok'])
  })

  it('audit-log: a log that was cut off is found by the checkpoint that was kept', async () => {
    const kept = new Map()
    const checkpoints = {
      read: async (id: string) => kept.get(id),
      write: async (id: string, checkpoint: unknown) => void kept.set(id, checkpoint),
    }
    const { keyring } = testKeyring(access)
    await keyring.create({ name: 'a', owner })
    expect(await checkAuditLogs(keyring, [organizationId], checkpoints)).toEqual([])
    expect(kept.get(organizationId)).toMatchObject({ seq: 1 })
    const other = testKeyring(access).keyring // as a database that lost what came after its backup
    expect(await checkAuditLogs(other, [organizationId], checkpoints)).toEqual([
      `${organizationId} is truncated at record 0`,
    ])
  })

  it('webhooks: a secret is shown once, and an address of the own network is refused', async () => {
    const store = memoryStore()
    const resolveOwner = () => ({ scopes: ['*'], levels: { board: { roadmap: 'edit', ops: 'edit' } } })
    const keyring = createKeyring({ prefix: 'tb', access, store, hasher, resolveOwner })
    const hooks = openWebhooks(keyring, memoryWebhookStore(store), randomBytes(32).toString('base64'))
    onTestFinished(() => hooks.close())
    const resources = { board: { mode: 'specific', levels: { roadmap: 'read' } } } as const
    const { key } = await keyring.create({ name: 'a', owner, resources })
    const { endpoint, secret } = await hooks.create({ keyId: key.id, url: 'https://example.com/hook' })
    expect(secret.reveal()).toMatch(/^whsec_/)
    expect(JSON.stringify(endpoint)).not.toContain(secret.reveal())
    await expect(hooks.create({ keyId: key.id, url: 'https://10.0.0.1/hook' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it('settings-page: the page is public, and what it shows is not', async () => {
    const names = ['api_keys.read', 'api_keys.create', 'api_keys.revoke'] as const
    const scopes = { 'api_keys.read': 'See keys', 'api_keys.create': 'Make keys', 'api_keys.revoke': 'End keys' }
    const keyring = createKeyring({
      prefix: 'tb',
      access: defineAccess({ scopes }),
      store: memoryStore(),
      hasher,
      resolveOwner: everybody,
    })
    const app = settingsApp(keyring, async (cookie) =>
      cookie === 'sid=ada' ? { id: 'ada', organizationId: 'acme', scopes: names } : null,
    )
    const server = app.listen(0)
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number } // it listens on a port
    const ask = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(`http://localhost:${port}${path}`, { headers })).status
    expect(await ask('/settings/api-keys')).toBe(200)
    expect(await ask('/api/api-keys')).toBe(401)
    expect(await ask('/api/api-keys', { cookie: 'sid=ada' })).toBe(200)
  })
})

describe('docs/guides', () => {
  it.each([
    ['', undefined],
    [', and answers what asks for a nonce', { secrets: ['a secret for nonces, of more than 32 bytes'] }],
  ])('bound-keys: a client signs each request%s; the token alone does nothing', async (_, nonce) => {
    const store = memoryStore()
    const bound = openBound(store, hasher, memoryRateLimiter())
    const proofs = { dpop: dpopProofs({ baseUrls: ['https://api.example.com'], nonce }) }
    const gate = fetchGate(
      nonce === undefined
        ? bound
        : createKeyring({ prefix: 'tb', access, store, hasher, resolveOwner: 'uncapped', proofs }),
    )
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const verdict = await gate(new Request(url, init))
      asked.push(verdict.ok ? 'ok' : verdict.refusal.code)
      return verdict.ok ? verdict.finish(new Response('ok')) : verdict.response
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const url = 'https://api.example.com/members'
    const client = await dpopClient()
    const binding = { type: 'dpop', jkt: client.jkt } as const
    const token = (await bound.create({ name: 'agent', owner, scopes: ['members.read'], binding })).token.reveal()
    for (let times = 0; times < 2; times += 1) expect((await client.fetch(token, 'GET', url)).status).toBe(200)
    expect(asked).toEqual(nonce === undefined ? ['ok', 'ok'] : ['proof_invalid', 'ok', 'ok'])
    expect((await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401)
    expect((await (await dpopClient()).fetch(token, 'GET', url)).status).toBe(401)
  })

  const peppers = {
    OLD_PEPPER: 'the old pepper, of 32 bytes and more',
    NEW_PEPPER: 'the new pepper, of 32 bytes and more',
  }
  const open = (options: Partial<KeyringOptions<typeof access>>) =>
    createKeyring({ prefix: 'tb', access, store: memoryStore(), hasher, resolveOwner: everybody, ...options })

  it('rotate-peppers: a key moves to the new pepper when it is used, and the trial counts the others', async () => {
    const store = memoryStore()
    const first = open({ store, hasher: hasherOfStep(1, peppers) })
    const used = await first.create({ name: 'used', owner })
    await first.create({ name: 'idle', owner })
    const second = open({ store, hasher: hasherOfStep(2, peppers) })
    expect(await codeOf(second, used.token.reveal())).toBe('ok')
    await expect
      .poll(async () => (await tryWithoutOldPepper(store, peppers.NEW_PEPPER)).map(({ message }) => message).join())
      .toContain('can read: 1.')
    for (const { id, name } of (await second.list()).keys) if (name === 'idle') await second.rotate(id)
    expect(await tryWithoutOldPepper(store, peppers.NEW_PEPPER)).toEqual([])
  })

  it('rotate-peppers: without the old pepper, the holder of a revoked key gets 503', async () => {
    const store = memoryStore()
    const first = open({ store, hasher: hasherOfStep(1, peppers) })
    const { key, token } = await first.create({ name: 'a', owner })
    await first.revoke(key.id)
    expect(await codeOf(open({ store, hasher: hasherOfStep(2, peppers) }), token.reveal())).toBe('api_key_revoked')
    const without = hmacSha256({ current: 'p2', peppers: { p2: peppers.NEW_PEPPER } })
    expect(await codeOf(open({ store, hasher: without }), token.reveal())).toBe('auth_unavailable')
  })

  it('rotate-peppers: seals are made anew with the new key, all of them', async () => {
    const seals = { OLD_SEAL: randomBytes(32).toString('base64'), NEW_SEAL: randomBytes(32).toString('base64') }
    const store = memoryStore()
    const { key, token } = await open({ store, reveal: sealerOfStep(1, seals) }).create({ name: 'a', owner })
    const keyring = open({ store, reveal: sealerOfStep(2, seals) })
    expect(await sealAnew(keyring)).toEqual({ rewrapped: 1, unreadable: 0 })
    expect(await sealAnew(keyring)).toEqual({ rewrapped: 0, unreadable: 0 })
    expect((await keyring.reveal(key.id)).reveal()).toBe(token.reveal())
  })

  it('backups: what was done after the backup is done again, and all keys can be stopped', async () => {
    const { keyring, verify } = testKeyring(access)
    const [revoked, renamed, same] = await Promise.all(
      ['revoked', 'renamed', 'same'].map((name) => keyring.create({ name, owner })),
    )
    const lines = [
      { seq: 3, type: 'api_key.revoked', keyId: same?.key.id }, // the backup has this record
      { seq: 4, type: 'api_key.revoked', keyId: revoked?.key.id },
      { seq: 5, type: 'api_key.renamed', keyId: renamed?.key.id },
      { seq: 6, type: 'api_key.revealed', keyId: same?.key.id },
      { seq: 7, type: 'api_key.created', keyId: 'a1B2c3D4e5F6' }, // unknown to the backup
      { seq: 8, type: 'api_key.renamed', keyId: revoked?.key.id },
      { seq: 9, type: 'audit.exported', keyId: null },
    ].map((record) => JSON.stringify(record))
    await endAgain(keyring, [...lines, ''], 3)
    const codes = () => Promise.all([revoked, renamed, same].map((made) => verify(made?.token.reveal() ?? '')))
    expect(await codes()).toEqual(['api_key_revoked', 'api_key_disabled', 'ok'])
    expect(await stopAllKeys(keyring)).toBe(1)
    expect(await codes()).toEqual(['api_key_revoked', 'api_key_disabled', 'api_key_disabled'])
    expect((await keyring.get(same?.key.id ?? ''))?.locked).toBe(true)
  })

  const sha256 = (text: string) => createHash('sha256').update(text)
  const now = new Date()
  const before = new Date('2024-05-06T07:08:09Z')
  const past = new Date('2025-01-01T00:00:00Z')
  const whole = 'q8Vd2mYb0rKcT5sLhWn3PzXe7uGfJa1iOoEtRy4B'
  const adas = () => owner
  const importing = { imports: { keypalSalt: 'salt' } }

  it('migrate-from-better-auth: tokens of keys that are enabled go on working', async () => {
    const row = { name: 'ci', start: 'q8Vd2m', referenceId: 'ada', enabled: true, expiresAt: null, createdAt: before }
    const rows = [
      { ...row, key: sha256(whole).digest('base64url'), permissions: '{"members":["read"]}' },
      { ...row, key: sha256('off').digest('base64url'), permissions: null, enabled: false },
      { ...row, key: sha256('past').digest('base64url'), permissions: null, expiresAt: past },
      { ...row, key: sha256('unknown').digest('base64url'), permissions: '{"rockets":["launch"]}' },
    ]
    const keyring = open(importing)
    const inputs = fromBetterAuth(rows, adas, now)
    const refused = await importAll(keyring, inputs)
    expect([...refused.keys()]).toEqual([1])
    expect(refused.get(1)).toContain('rockets.launch')
    expect(await importAll(keyring, inputs)).toEqual(refused) // again
    expect(await keyring.verify(whole, { scopes: ['members.read'] })).toMatchObject({
      ok: true,
      principal: { key: { name: 'ci', preview: 'q8Vd2m…', createdAt: before } },
    })
    expect((await keyring.list()).keys).toHaveLength(1)
  })

  it('migrate-from-unkey: a recoverable key comes as its token, and one of an own installation as its hash', async () => {
    const key = { start: 'q8Vd', enabled: true, createdAt: before.getTime(), permissions: ['members.read'] }
    const keys = [
      { ...key, plaintext: whole },
      { ...key, start: 'hash' },
      { ...key, start: 'lost' },
      { ...key, start: 'off', enabled: false, plaintext: `${whole}x` },
      { ...key, start: 'past', expires: past.getTime(), plaintext: `${whole}y` },
    ]
    const hashOf = ({ start }: { start: string }) =>
      start === 'hash' ? sha256(`hash_${whole}`).digest('base64') : undefined
    const keyring = open(importing)
    expect(await importAll(keyring, fromUnkey(keys, { ownerOf: adas, hashOf, now }))).toEqual(new Map())
    expect([await codeOf(keyring, whole), await codeOf(keyring, `hash_${whole}`)]).toEqual(['ok', 'ok'])
    expect((await keyring.list()).keys).toHaveLength(2)
  })

  it('migrate-from-keypal: a salted hash is found with the salt', async () => {
    const metadata = { ownerId: 'ada', scopes: ['members.read'], createdAt: before.toISOString(), expiresAt: null }
    const records = [
      { keyHash: sha256(`${whole}salt`).digest('hex'), metadata },
      { keyHash: sha256('off').digest('hex'), metadata: { ...metadata, enabled: false } },
      { keyHash: sha256('revoked').digest('hex'), metadata: { ...metadata, revokedAt: past.toISOString() } },
      { keyHash: sha256('past').digest('hex'), metadata: { ...metadata, expiresAt: past.toISOString() } },
      { keyHash: createHash('sha512').update(whole).digest('hex'), metadata },
    ]
    const keyring = open(importing)
    const refused = await importAll(keyring, fromKeypal(records, adas, now))
    expect([...refused.values()]).toEqual(['hash must be a SHA-256 as keypal stores it.'])
    expect(await codeOf(keyring, whole)).toBe('ok')
    expect(await codeOf(open({ ...importing, imports: {} }), whole)).toBe('api_key_invalid')
    expect((await keyring.list()).keys).toHaveLength(1)
  })

  it('migrate-from-a-table: tokens of Sanctum, and of a table of SHA-256 hashes', async () => {
    const row = { id: 12, tokenable_id: 1, name: 'ci', abilities: '["members.read"]', created_at: before }
    const keyring = open(importing)
    const tokens = fromSanctum(
      [
        { ...row, token: sha256(whole).digest('hex'), expires_at: null },
        { ...row, id: 13, token: sha256('past').digest('hex'), expires_at: past },
      ],
      adas,
      now,
    )
    const own = fromTable(
      [{ label: 'own', hash: sha256('my_token').digest('hex'), userId: '1', createdAt: before }],
      adas,
    )
    expect(await importAll(keyring, [...tokens, ...own])).toEqual(new Map())
    expect(await codeOf(keyring, `12|${whole}`)).toBe('ok')
    expect(await codeOf(keyring, `13|${whole}`)).toBe('api_key_invalid')
    expect(await keyring.verify('my_token', { scopes: ['members.read', 'billing.read'] })).toMatchObject({ ok: true })
  })

  it('secret-scanning: the rules find a token in code, and only the right token is revoked', async () => {
    const path = folder()
    const regex = new RegExp(await writeScannerRules(path))
    const keyring = open({ environment: 'live' })
    const { key, token } = await keyring.create({ name: 'a', owner })
    const [, found = ''] = regex.exec(`const key = "${token.reveal()}"\n`) ?? []
    expect(found).toBe(token.reveal())
    expect(readFileSync(join(path, '.gitleaks.toml'), 'utf8')).toContain('tb_live_')
    expect(readFileSync(join(path, 'trufflehog.yaml'), 'utf8')).toContain('tb_test_')
    const guess = formatToken({ namespace: 'tb_live', id: key.id, secret: 'x'.repeat(32) })
    expect(await revokeLeaked(keyring, guess, 'https://a.example')).toBe(false)
    expect(await codeOf(keyring, found)).toBe('ok')
    expect(await revokeLeaked(keyring, found, 'https://a.example')).toBe(true)
    expect(await codeOf(keyring, found)).toBe('api_key_invalid') // to whoever has it, as if it had never been
    expect((await keyring.get(key.id))?.status).toBe('revoked')
  })

  it('leaks: a scanner ends a key, its holder another, and the owner is told', async () => {
    const mails: string[] = []
    const told: Promise<void>[] = []
    const keyring: Keyring = open({
      environment: 'live',
      onEvent: (event) => told.push(tellOwner(keyring, event, async (id, text) => void mails.push(`${id}: ${text}`))),
    })
    const { key, token } = await keyring.create({ name: 'a', owner })
    const other = await keyring.create({ name: 'b', owner })
    const secret = 'a-secret-of-at-least-32-bytes-for-tests'
    const server = leakServer(keyring, { ci: secret }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on TCP
    const post = (path: string, init: RequestInit) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', ...init })
    const body = JSON.stringify([{ token: token.reveal(), url: 'https://git.example/raw/.env' }])
    const reported = await post('/leaks/scanners', { body, headers: { Authorization: `Bearer ${secret}` } })
    expect([reported.status, (await keyring.get(key.id))?.disabledReason]).toEqual([200, 'leaked'])
    await expect
      .poll(() => Promise.all(told).then(() => mails))
      .toEqual([expect.stringContaining('https://git.example/raw/.env')])
    await post('/keys/revoke', { body: new URLSearchParams({ token: other.token.reveal() }) })
    expect(await codeOf(keyring, other.token.reveal())).toBe('api_key_revoked')
    expect((await post('/leaks/github', { body })).status).toBe(403)
  })

  it('leavers: keys that are used go to a successor, and the rest of a leaver ends', async () => {
    const keyring = open({ environment: 'live' })
    const ofFirm = { type: 'organization', id: organizationId } as const
    const byAda = { actor: { type: 'user', id: 'ada' } } as const
    const used = await keyring.create({ name: 'used', owner: ofFirm }, byAda)
    await keyring.create({ name: 'unused', owner: ofFirm }, byAda)
    await keyring.verify(used.token.reveal())
    await keyring.close() // writes the use
    const terms = { leaver: 'ada', successor: 'bob', by: { type: 'user', id: 'boss' }, usedSince: new Date(0) } as const
    expect(await leave(keyring, organizationId, terms)).toEqual(['unused'])
    expect(await keyring.get(used.key.id)).toMatchObject({ status: 'active', createdBy: { id: 'bob' } })
  })

  it('testing-your-application: its tests pass with the test runner of Node', async () => {
    const tsx = ['-C', '@keywright/source', '--import', import.meta.resolve('tsx')]
    const args = [...tsx, '--test', '--test-reporter=tap', 'examples/docs/application-test.ts']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
    expect(stdout).toContain('# pass 3\n')
    expect(stdout).toContain('# fail 0\n')
  })

  it('observability: an event says what happened, and holds no token', async () => {
    const lines: [string, string, string][] = []
    const add = (level: string) => (fields: object, message: string) =>
      void lines.push([level, message, JSON.stringify(fields)])
    const keyring = open({ onEvent: logEvents({ warn: add('warn'), error: add('error') }) })
    const { key, token } = await keyring.create({ name: 'a', owner })
    await keyring.revoke(key.id)
    await keyring.verify(token.reveal())
    expect(lines.map(([level, message]) => [level, message])).toContainEqual([
      'warn',
      'Somebody has a key who should not',
    ])
    expect(JSON.stringify(lines)).not.toContain(token.reveal().slice(-20))
  })

  it('notices: a mail is sent once before a key ends', async () => {
    const clock = { at: Date.UTC(2040, 0, 1) }
    const store = memoryStore({ now: () => new Date(clock.at) })
    const mails = new Map<string, string>()
    const send = async (mail: { to: string; subject: string; idempotencyKey: string }) => {
      mails.set(mail.idempotencyKey, `${mail.to}: ${mail.subject}`)
    }
    const options = { prefix: 'tb', access, store, hasher, resolveOwner: everybody }
    const keyring = openTelling(options, { send })
    await keyring.create({ name: 'ci', owner, expiresAt: new Date(clock.at + 90 * 86_400_000) })
    for (let day = 0; day < 90; day += 1) {
      await tellOfKeys(keyring)
      clock.at += 86_400_000
    }
    const told = (days: number) => `${owner.id}: Your key ci ends within ${days} days`
    expect([...mails.values()]).toEqual([told(30), told(7), told(1)])
  })

  it('scheduled rotation: the secret manager has a token that works, and the old one ends after its grace', async () => {
    const clock = { at: Date.UTC(2040, 0, 1) }
    const store = memoryStore({ now: () => new Date(clock.at) })
    const kept = new Map<string, string>()
    const put = async (name: string, value: string) => void kept.set(name, value)
    const options = { prefix: 'tb', access, store, hasher, resolveOwner: everybody }
    const keyring = openRotating(options, { put }, randomBytes(32).toString('base64'))
    const { key, token } = await keyring.create({ name: 'ci', owner })
    await rotateMonthly(keyring, key.id)
    clock.at += 30 * 86_400_000
    await keyring.runDue()
    const next = kept.get(`keys/${key.id}`) ?? ''
    expect([await codeOf(keyring, next), await codeOf(keyring, token.reveal())]).toEqual(['ok', 'ok'])
    clock.at += 86_400_000
    expect([await codeOf(keyring, next), await codeOf(keyring, token.reveal())]).toEqual(['ok', 'api_key_invalid'])
  })

  it('observability: a keyring that is measured gives the same answers', async () => {
    const keyring = open({})
    const wrapped = measured(keyring)
    const token = (await wrapped.create({ name: 'a', owner })).token.reveal()
    expect([await codeOf(wrapped, token), await codeOf(keyring, token)]).toEqual(['ok', 'ok'])
    expect(await codeOf(wrapped, `${token}x`)).toBe('api_key_invalid')
  })

  it('deploy: a process with a missing pepper does not start, and one that ends writes its uses', async () => {
    const store = await sqliteStore(join(folder(), 'keys.sqlite'))
    const first = open({ store, hasher: hasherOfStep(1, peppers) })
    const { token } = await first.create({ name: 'a', owner })
    await checkKeyring(first)
    expect(await codeOf(first, token.reveal())).toBe('ok')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, resolve))
    let isClosed = false
    await shutDown(server, first, async () => {
      isClosed = true
    })
    expect(isClosed).toBe(true)
    const other = open({ store })
    expect((await other.stats({ organizationId })).callsLast24h).toBe(1)
    await expect(checkKeyring(other)).rejects.toThrow('Not ready: ')
    await other.close()
  })
})

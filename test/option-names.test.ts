import { managementApi } from '@keywright/api'
import { argon2id } from '@keywright/argon2'
import {
  createGate,
  createKeyring,
  defineAccess,
  fetchGate,
  hmacSha256,
  type Keyring,
  memoryFailureLimiter,
  memoryRateLimiter,
  memoryStore,
  sealer,
  verifyAuditExport,
} from '@keywright/core'
import { assertPublic } from '@keywright/core/adapter'
import { githubLeaks, leakReports, tokenRevocation } from '@keywright/core/leaks'
import { secretScanning } from '@keywright/core/token'
import { dashboard } from '@keywright/dashboard'
import { dpopProofs } from '@keywright/dpop'
import { requireKey } from '@keywright/express'
import { keywright } from '@keywright/fastify'
import { requireKey as requireKeyOfHono } from '@keywright/hono'
import {
  type KeyTables,
  kyselyStore,
  kyselyWebhookStore,
  libsqlDatabase,
  migrateToLatest,
  migrationSql,
  mysqlPool,
  postgresBus,
  postgresPool,
} from '@keywright/kysely'
import { sqliteStore } from '@keywright/kysely/sqlite'
import {
  createMcpAuth,
  denyOAuthDiscovery,
  oauthDiscoveryResponse,
  resourceMetadataResponse,
  scoped,
  serveResourceMetadata,
} from '@keywright/mcp'
import { clientConfig } from '@keywright/mcp/client-config'
import { instrument } from '@keywright/otel'
import { redisBus, redisFailureLimiter, redisRateLimiter } from '@keywright/redis'
import { rawRequest, testAccess, testGate, testKeyring, testOwners, testPeppers } from '@keywright/testkit'
import { issueTestKey, testKeyring as testKeyringOfApp } from '@keywright/testkit/app'
import { deliverer, parseEndpointUrl, webhooks } from '@keywright/webhooks'
import { defineConfig } from 'keywright'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { findOptionBags } from './support/option-bags.js'

/** What a caller in JavaScript may add: the compiler refuses it, but where it comes by a spread. */
const wrong: object = { zzz: true }

const bags = findOptionBags()
const { keyring: of } = testKeyring({ allowKeyManagement: true })
const keyring: Keyring = of as unknown as Keyring // the names of its scopes make no difference here
const { keyring: withImports } = testKeyring({ imports: {} })
const db = new Kysely<KeyTables>({ dialect: new SqliteDialect({ database: libsqlDatabase(new Database(':memory:')) }) })
const organizationId = 'org1'
const hasher = hmacSha256({ current: 'p1', peppers: testPeppers })
const create = { name: 'ci', owner: testOwners.user, scopes: ['members.read'] }
const actor = { type: 'user', id: 'u1' } as const
const base = { prefix: 'tk', access: testAccess, store: memoryStore(), hasher, resolveOwner: 'uncapped' } as const
/** What is never reached: options come first. */
const foreign = {} as never
const metadata = { resource: 'https://a.example/mcp', authorizationServers: ['https://b.example'] }
const dpop = { baseUrls: ['https://a.example'] }
const api = { authenticate: () => null, permissions: {} } as never

/** Every way in which users hand over fields that may be left out. Each tries a name that there is not. */
const ways: Readonly<Record<string, (() => unknown)[]>> = {
  AccessDefinition: [
    () => defineAccess({ scopes: { a: 'A' }, ...wrong }),
    () => defineAccess({ scopes: { a: { description: 'A', ...wrong } } }),
    () => defineAccess({ scopes: { a: 'A' }, resources: { board: { levels: { read: ['a'] }, ...wrong } } }),
  ],
  Actor: [() => keyring.create(create, { actor: { ...actor, ...wrong } })],
  Argon2idOptions: [() => argon2id({ ...wrong })],
  AssertGuardedOptions: [() => assertPublic([], { ...wrong })],
  AuditContext: [() => keyring.create(create, { context: { ...wrong } })],
  AuditCheckpoint: [() => keyring.audit.verify({ organizationId, checkpoint: { ...wrong } as never })],
  AuditKeyRing: [
    () => createKeyring({ ...base, auditKeys: { current: 'a1', keys: {}, ...wrong } }),
    () => verifyAuditExport([], { auditKeys: { current: 'a1', keys: {}, ...wrong } }),
  ],
  AuditListQuery: [() => keyring.audit.list({ organizationId, ...wrong })],
  AuditVerifyQuery: [() => keyring.audit.verify({ organizationId, ...wrong })],
  ClientConfigOptions: [() => clientConfig('claude-code', { name: 'a', url: 'https://a.example', ...wrong } as never)],
  ChangeOptions: [
    () => keyring.update('a1B2c3D4e5F6', {}, { ...wrong }),
    () => keyring.delete('a1B2c3D4e5F6', { ...wrong }),
    () => keyring.rotate('a1B2c3D4e5F6', {}, { ...wrong }),
  ],
  CopyKeyInput: [() => keyring.create({ name: 'b', copyFrom: 'a1B2c3D4e5F6', ...wrong })],
  CreateInput: [() => keyring.create({ ...create, ...wrong })],
  Branding: [() => dashboard(keyring, { branding: { ...page.branding, ...wrong } })],
  DashboardOptions: [() => dashboard(keyring, { ...page, ...wrong })],
  DelivererOptions: [() => deliverer({ ...wrong })],
  DenyOAuthOptions: [
    () => denyOAuthDiscovery({ ...wrong }),
    () => oauthDiscoveryResponse(new Request('https://a.example'), { ...wrong }),
  ],
  DelegateInput: [
    async () => {
      const { keyring } = testKeyring({ delegates: {} })
      const { token } = await keyring.create({ ...create, scopes: ['members.read'] })
      const verdict = await keyring.verify(token.reveal())
      if (verdict.ok) await keyring.delegate(verdict.principal, { scopes: [], ...wrong })
    },
  ],
  DelegateOptions: [() => createKeyring({ ...base, delegates: { ...wrong } })],
  DpopNonceOptions: [() => dpopProofs({ ...dpop, nonce: { secrets: ['x'.repeat(32)], ...wrong } })],
  DpopProofsOptions: [() => dpopProofs({ ...dpop, ...wrong })],
  DisableInput: [() => keyring.disable('a1B2c3D4e5F6', { ...wrong })],
  ExportQuery: [
    () =>
      keyring.audit
        .export({ organizationId, format: 'csv', ...wrong })
        [Symbol.asyncIterator]()
        .next(),
  ],
  FetchGateOptions: [() => fetchGate(keyring, { ...wrong })],
  FormerFormat: [
    () => createKeyring({ ...base, formerly: [{ prefix: 'old', ...wrong }] }),
    () => secretScanning(['tk_live'], { formerly: [{ prefix: 'old', ...wrong }] }),
  ],
  DueOptions: [() => keyring.runDue({ ...wrong })],
  GateOptions: [() => createGate(keyring, { ...wrong })],
  GetOptions: [() => keyring.get('a1B2c3D4e5F6', { ...wrong })],
  GithubLeaksOptions: [() => githubLeaks(keyring, { publicKeys: () => foreign, ...wrong })],
  GuardOptions: [() => requireKey(keyring, { ...wrong }), () => requireKeyOfHono(keyring, { ...wrong })],
  ImportInput: [
    () => withImports.import({ ...create, entropyBits: 256, secret: { token: 'x'.repeat(40) }, ...wrong } as never),
  ],
  ImportOptions: [() => createKeyring({ ...base, imports: { ...wrong } })],
  MtlsOptions: [() => createKeyring({ ...base, proofs: { mtls: { ...wrong } } })],
  ProofInput: [() => keyring.verify('tk_live_a', { proof: { ...wrong } })],
  ProofOptions: [() => createKeyring({ ...base, proofs: { ...wrong } })],
  InstrumentOptions: [() => instrument(keyring, { ...wrong })],
  KeyGroup: [() => keyring.revokeAll({ organizationId, createdBy: actor, ...wrong })],
  KeyBoundary: [() => keyring.get('a1B2c3D4e5F6', { within: { ...wrong } as never })],
  KeyEvents: [() => webhooks(keyring, { ...hooks, keyEvents: { scope: 'members.read', ...wrong } } as never)],
  KeyQuery: [() => keyring.list({ ...wrong })],
  KeyringOptions: [
    () => createKeyring({ ...base, ...wrong }),
    () => createKeyring({ ...base, cache: { mode: 'bounded', ttlMs: 100, bus: foreign, ...wrong } }),
    () => createKeyring({ ...base, reveal: { sealer: sealer(seals), environments: [], ...wrong } }),
  ],
  KeywrightConfig: [
    () => defineConfig({ keyring, ...wrong }),
    () => defineConfig({ keyring, actor: { type: 'system', id: 'a', ...wrong } }),
  ],
  KeywrightOptions: [() => keywright(keyring, { ...wrong })],
  KyselyStoreOptions: [() => kyselyStore(db, { ...wrong })],
  LeakOptions: [() => keyring.reportLeak('x', {}, { ...wrong })],
  LeakReport: [() => keyring.reportLeak('x', { ...wrong })],
  LeakReportsOptions: [() => leakReports(keyring, { reporters: { ci: 'x'.repeat(40) }, ...wrong })],
  ManageOptions: [
    () => keyring.create(create, { ...wrong }),
    () => keyring.import(foreign, { ...wrong }),
    () => keyring.reveal('a1B2c3D4e5F6', { ...wrong }),
    () =>
      keyring.audit
        .export({ organizationId, format: 'csv' }, { ...wrong })
        [Symbol.asyncIterator]()
        .next(),
    () => keyring.audit.recordCall(foreign, { ...wrong }),
  ],
  ManagementApiOptions: [() => managementApi(keyring, { ...(api as object), ...wrong } as never)],
  SecuritySchemes: [
    () =>
      managementApi(keyring, {
        ...(api as object),
        organization: () => null,
        securitySchemes: { login: { type: 'http', scheme: 'bearer', ...wrong } },
      } as never),
  ],
  McpAccess: [() => scoped({ scopes: ['members.read'], ...wrong } as never, () => foreign)],
  McpConnection: [() => dashboard(keyring, { ...page, mcp: { url: 'https://a.example', ...wrong } })],
  McpDeclarations: [() => createMcpAuth(keyring).declare({ ...wrong })],
  McpAuthOptions: [() => createMcpAuth(keyring, { ...wrong })],
  MemoryFailureLimiterOptions: [() => memoryFailureLimiter({ ...wrong })],
  MemoryRateLimiterOptions: [() => memoryRateLimiter({ ...wrong })],
  MemoryStoreOptions: [() => memoryStore({ ...wrong })],
  MigrationOptions: [() => migrateToLatest(db, { ...wrong })],
  MigrationSqlOptions: [() => migrationSql({ dialect: 'sqlite', ...wrong })],
  Permissions: [() => managementApi(keyring, { ...(api as object), permissions: { ...wrong } } as never)],
  NoticesOptions: [() => createKeyring({ ...base, notices: { ...wrong } })],
  BudgetInput: [() => keyring.create({ ...create, budget: { limit: 1, ...wrong } })],
  BudgetOptions: [() => createKeyring({ ...base, budgets: { ...wrong } })],
  BudgetRefillInput: [() => keyring.create({ ...create, budget: { limit: 1, refill: { every: 'day', ...wrong } } })],
  PlanBudgets: [
    () => createKeyring({ ...base, plans: { free: { maxKeys: 1, budgets: { ...wrong } } }, resolvePlan: () => 'free' }),
  ],
  PlanInput: [() => createKeyring({ ...base, plans: { free: { maxKeys: 1, ...wrong } }, resolvePlan: () => 'free' })],
  PolicyInput: [
    () => createKeyring({ ...base, policy: { ...wrong } }),
    () => createKeyring({ ...base, plans: { free: { maxKeys: 1, policy: { ...wrong } } }, resolvePlan: () => 'free' }),
  ],
  PoolOptions: [() => mysqlPool(foreign, { ...wrong } as never)],
  PostgresBusOptions: [() => postgresBus(foreign, { ...wrong } as never)],
  PostgresPoolOptions: [() => postgresPool(foreign, { ...wrong } as never)],
  GateHarness: [() => testGate({ ...(foreign as object), ...wrong } as never)],
  PruneOptions: [() => keyring.prune({}, { ...wrong })],
  PruneQuery: [
    () => keyring.prune({ ...wrong }),
    () => keyring.prune({ audit: { olderThanMs: 0, archive: async () => {}, ...wrong } }),
  ],
  StandardRateLimit: [
    () => createKeyring({ ...base, rateLimits: { default: { limit: 1, windowMs: 1_000, ...wrong } } }),
    () =>
      createKeyring({
        ...base,
        plans: { free: { maxKeys: 1, rateLimits: { default: { limit: 1, windowMs: 1_000, ...wrong } } } },
        resolvePlan: () => 'free',
      }),
  ],
  RawRequest: [() => rawRequest(1, { ...wrong } as never)],
  RedisBusOptions: [() => redisBus(foreign, { ...wrong } as never)],
  RedisFailureLimiterOptions: [() => redisFailureLimiter(foreign, { ...wrong } as never)],
  RedisRateLimiterOptions: [() => redisRateLimiter(foreign, { ...wrong } as never)],
  ResourceMetadataOptions: [
    () => serveResourceMetadata({ ...metadata, ...wrong }),
    () => resourceMetadataResponse(new Request('https://a.example'), { ...metadata, ...wrong }),
  ],
  RevokeAllInput: [() => keyring.revokeAll({ organizationId, createdBy: actor }, { ...wrong })],
  RevokeAllOptions: [() => keyring.revokeAll({ organizationId, createdBy: actor }, {}, { ...wrong })],
  RevokeInput: [() => keyring.revoke('a1B2c3D4e5F6', { ...wrong })],
  RevokeTokenOptions: [() => keyring.revokeToken('x', { ...wrong })],
  RotateInput: [() => keyring.rotate('a1B2c3D4e5F6', { ...wrong })],
  SecretScanningOptions: [() => secretScanning(['tk_live'], { ...wrong })],
  ShownParts: [() => dashboard(keyring, { ...page, show: { ...wrong } })],
  SqliteStoreOptions: [() => sqliteStore(':memory:', { ...wrong })],
  StatsQuery: [() => keyring.stats({ organizationId, ...wrong })],
  StdioOptions: [() => createMcpAuth(keyring).stdio({ env: 'KEY', ...wrong })],
  TableOptions: [() => kyselyWebhookStore(db, { ...wrong })],
  TestKeyInput: [() => issueTestKey(keyring, { ...wrong })],
  TestKeyringOptions: [() => testKeyring({ ...wrong }), () => testKeyringOfApp(testAccess, { ...wrong })],
  TransferInput: [() => keyring.transfer('a1B2c3D4e5F6', { createdBy: actor, ...wrong })],
  TrialOptions: [
    () => keyring.transfer('a1B2c3D4e5F6', { createdBy: actor }, { ...wrong }),
    () => keyring.enable('a1B2c3D4e5F6', { ...wrong }),
    () => keyring.disable('a1B2c3D4e5F6', {}, { ...wrong }),
    () => keyring.revoke('a1B2c3D4e5F6', {}, { ...wrong }),
  ],
  UpdateInput: [() => keyring.update('a1B2c3D4e5F6', { ...wrong })],
  KeysUsageQuery: [() => keyring.usageOfKeys({ organizationId, keyIds: ['a1B2c3D4e5F6'], ...wrong } as never)],
  TokenRevocationOptions: [() => tokenRevocation(keyring, { ...wrong })],
  TopKeysQuery: [() => keyring.topKeys({ organizationId, ...wrong } as never)],
  UrlRules: [() => parseEndpointUrl('https://a.example/', { ...wrong })],
  UsageQuery: [() => keyring.usage({ organizationId, ...wrong } as never)],
  WebhooksOptions: [
    () => webhooks(keyring, { ...hooks, ...wrong } as never),
    () =>
      webhooks(keyring, { ...hooks, events: { a: { description: 'A', scope: 'members.read', ...wrong } } } as never),
    () => webhooks(keyring, { ...hooks, delivery: { ...wrong } } as never),
  ],
  VerifyAuditExportOptions: [() => verifyAuditExport([], { ...wrong } as never)],
  VerifyOptions: [() => keyring.verify('x', { ...wrong })],
}

const page = { branding: { productName: 'Acme' } }
const seals = { current: 'k1', keys: { k1: Buffer.alloc(32, 1) } }
const hooks = { store: { claimDeliveries: () => {} }, sealer: sealer(seals), events: {} }

/** Types that are handed over as well, and why a wrong name in them opens nothing. */
const others: Readonly<Record<string, string>> = {
  Access: 'defineAccess makes it',
  ChallengeOptions: 'for authors of adapters, at each refusal: what is left out of a challenge opens nothing',
  CheckNamesOptions: 'for authors of adapters: what it leaves unchecked is refused by less',
  ClientIpInput: 'for authors of adapters: a request as it came',
  CredentialFormat: 'for authors of adapters: the format of a keyring',
  DeadlineOptions: 'for authors of adapters',
  EventStore: 'an object of the host, with methods of its own',
  FetchConnection: 'a connection as a server gives it, with fields of its own',
  FoundKeyRow: 'for authors of stores: a row as a driver gives it',
  GateSetting: 'for authors of adapters: what it leaves out asks nobody',
  GateVerdict: 'a gate makes it',
  Hasher: 'an object of the host, with methods of its own',
  KeyStore: 'an object of the host, with methods of its own',
  WebhookStore: 'an object of the host, with methods of its own',
  KyselyLike: 'an object of Kysely',
  LocalServer: 'a part of ClientConfigOptions',
  NewKey: 'for authors of stores: a decision makes it',
  NodeMessage: 'a request of a server',
  NodeRequest: 'a request of a server',
  ParseTokenOptions: 'a format that is not the right one takes no token',
  PublicRefusal: 'a gate makes it',
  RateLimitPolicy: 'a keyring makes it, of its options',
  Refusal: 'a verification makes it',
  RemoteServer: 'a part of ClientConfigOptions',
  ToolCall: 'an MCP server makes it',
  WholeNumberRange: 'for authors of adapters',
  'principalOf(req)': 'a request of the framework',
  'readFallback(options)': 'for authors of adapters, whose own options are checked',
  'requireKey(options)': 'what the compiler takes from GuardOptions',
}

describe('a name that there is not', () => {
  it('is tried in every type with optional fields that a published function takes (OPT-1)', () => {
    expect(bags.size).toBeGreaterThan(50)
    expect([...bags.keys()].sort()).toEqual([...Object.keys(ways), ...Object.keys(others)].sort())
  })

  it.each(
    Object.entries(ways).flatMap(([name, tries]) => tries.map((attempt, at) => [name, at + 1, attempt] as const)),
  )('is refused in %s, by way %i (OPT-1)', async (_, __, attempt) => {
    await expect((async () => attempt())()).rejects.toThrow(/^Unknown option \S*zzz\. /)
  })
})

describe('a bound that got lost on its way', () => {
  const bounds: readonly (readonly [string, string, (lost: object) => unknown])[] = [
    ['verify', 'scopes', (lost) => keyring.verify('x', lost)],
    ['verify', 'anyOf', (lost) => keyring.verify('x', lost)],
    ['verify', 'resource', (lost) => keyring.verify('x', lost)],
    ['a guard', 'scopes', (lost) => requireKey(keyring, lost)],
    ['a guard', 'anyOf', (lost) => requireKeyOfHono(keyring, lost)],
    ['a guard', 'resource', (lost) => createGate(keyring, lost)],
    ['disable', 'actor', (lost) => keyring.disable('a1B2c3D4e5F6', {}, lost)],
    ['disable', 'within', (lost) => keyring.disable('a1B2c3D4e5F6', {}, lost)],
    ['enable', 'dryRun', (lost) => keyring.enable('a1B2c3D4e5F6', lost)],
    ['revoke', 'at', (lost) => keyring.revoke('a1B2c3D4e5F6', lost)],
    ['get', 'within', (lost) => keyring.get('a1B2c3D4e5F6', lost)],
    ['list', 'organizationId', (lost) => keyring.list(lost)],
    ['list', 'owner', (lost) => keyring.list(lost)],
    ['stats', 'owner', (lost) => keyring.stats({ organizationId, ...lost })],
    ['createMcpAuth', 'narrow', (lost) => createMcpAuth(keyring, lost)],
    ['scoped', 'scopes', (lost) => scoped(lost as never, () => foreign)],
    ['managementApi', 'permissions', (lost) => managementApi(keyring, { ...(api as object), ...lost } as never)],
  ]

  it('is refused within a Map or a promise, where nobody would see it (OPT-2)', async () => {
    const lost = { scopes: ['tasks.read'], within: { organizationId } }
    for (const hidden of [new Map(Object.entries(lost)), Promise.resolve(lost)] as readonly object[]) {
      const calls = [
        () => keyring.verify('a token', hidden),
        () => keyring.revoke('a1B2c3D4e5F6', {}, hidden),
        () => keyring.list(hidden),
        () => createGate(keyring, hidden as never),
        () => createMcpAuth(keyring, hidden),
      ]
      for (const call of calls) {
        const message = /^invalid_(input|options)$/
        await expect((async () => call())()).rejects.toMatchObject({ code: expect.stringMatching(message) })
      }
    }
  })

  it.each(bounds)('is refused by %s as an undefined %s (OPT-2)', async (_, name, attempt) => {
    await expect((async () => attempt({ [name]: undefined }))()).rejects.toThrow(
      `Option ${name} must not be undefined: leave it out to say nothing`,
    )
  })
})

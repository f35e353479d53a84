import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ManagementApi, type ManagementApiOptions, managementApi, nodeListener } from '@keywright/api'
import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  memoryRateLimiter,
  sealer,
} from '@keywright/core'
import { requireKey } from '@keywright/express'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { memoryWebhookStore, type Webhooks, webhooks } from '@keywright/webhooks'
import express from 'express'
import { type Dashboard, type DashboardOptions, dashboard } from '../src/index.js'

export const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Revoke API keys',
    'api_keys.manage_all': { description: 'Manage the keys of other members', sensitive: true },
    'api_keys.reveal': { description: 'Show tokens again', sensitive: true },
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'members.remove': { description: 'Remove members', sensitive: true },
    'policies.read': 'View policies',
    'policies.edit': 'Edit policies',
    'billing.read': 'View invoices',
    'billing.manage': { description: 'Change plans and payment methods', sensitive: true },
    'audit.read': 'View the audit log',
    'audit.export': 'Export the audit log',
    'boards.read': 'List boards, lanes and tasks',
    'boards.edit': 'Create, move and delete tasks',
    'webhooks.read': 'View webhooks',
    'webhooks.manage': 'Manage webhooks',
  },
  presets: {
    'read-only': ['members.read', 'policies.read', 'billing.read'],
    people: ['members.read', 'members.invite'],
  },
  roles: { planner: ['policies.read', 'policies.edit'], auditor: ['audit.read'] },
  resources: { board: { levels: { read: ['boards.read'], edit: ['boards.read', 'boards.edit'] } } },
})

export type TestKeyring = Keyring<typeof access>

/** People by their login, and what each may do. */
const people: Readonly<Record<string, { readonly name: string; readonly scopes: readonly string[] }>> = {
  ada: {
    name: 'Ada Lovelace',
    scopes: ['*', 'api_keys.manage_all', 'api_keys.reveal', 'members.remove', 'billing.manage'],
  },
  mia: {
    name: 'Mia Chen',
    scopes: ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'members.read', 'boards.*'],
  },
  max: {
    name: 'Max Hook',
    scopes: ['api_keys.read', 'api_keys.create', 'members.read', 'webhooks.read', 'webhooks.manage'],
  },
  vic: { name: 'Vic Only', scopes: ['api_keys.read'] },
  nobody: { name: 'Noor Body', scopes: [] },
}

const boards: Readonly<Record<string, string>> = { b1: 'Roadmap', b2: 'Support', b3: 'Website', b4: 'Hiring' }

interface Handlers {
  readonly keyring: TestKeyring
  readonly api: ManagementApi
  readonly settings: Dashboard
}

/** Puts the API and the page into a framework. */
export type Mount = (handlers: Handlers) => Promise<RequestListener>

const elsewhere = '<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>'

const inExpress: Mount = async ({ keyring, api, settings }) => {
  const app = express()
  app.get('/v1/me', requireKey(keyring), ({ principal }, res) => void res.json({ id: principal.owner.id }))
  app.use('/api/api-keys', nodeListener(api))
  app.use('/settings/api-keys', nodeListener(settings))
  app.get('/mcp', (_, res) => void res.status(401).set('WWW-Authenticate', 'Bearer').json({ code: 'api_key_missing' }))
  app.get('/elsewhere', (_, res) => void res.type('html').send(elsewhere))
  return app
}

export interface ProductOptions {
  readonly page?: Partial<DashboardOptions>
  readonly api?: Partial<ManagementApiOptions<typeof access>>
  readonly keyring?: Partial<KeyringOptions<typeof access>>
  /** Puts both into a server. @defaultValue Express */
  readonly mount?: Mount
}

export interface Product {
  readonly origin: string
  readonly keyring: TestKeyring
  /** Asks a route of the product with a token: `200 ada`, `401 api_key_disabled`. */
  use(token: string): Promise<string>
  /** The keyring of another deployment of the product, over the same keys. */
  deployedAs(environment: string): TestKeyring
  readonly store: Awaited<ReturnType<typeof sqliteStore>>
  readonly hooks: Webhooks<'member.joined' | 'policy.changed'>
  close(): Promise<void>
}

/** The organisation that everybody is a member of. */
export const organizationId = 'acme'

type Store = Product['store']

function openKeyring(store: Store, options: ProductOptions['keyring']): TestKeyring {
  return createKeyring({
    prefix: 'ak',
    access,
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: Buffer.alloc(32, 1) } }),
    environments: ['live', 'test'],
    environment: 'live',
    reveal: { sealer: sealer({ current: 's1', keys: { s1: Buffer.alloc(32, 2).toString('base64') } }) },
    rateLimiter: memoryRateLimiter(),
    rateLimits: { minute: { limit: 600, windowMs: 60_000 } },
    resolveOwner: (owner) =>
      owner.type === 'organization'
        ? { scopes: ['*', 'members.remove', 'billing.manage'], levels: () => 'edit' }
        : { scopes: people[owner.id]?.scopes ?? [], levels: () => 'edit' },
    ...options,
  } as KeyringOptions<typeof access>) // a test may set any of them
}

function openApi(keyring: TestKeyring, hooks: Product['hooks'], options: ProductOptions['api']): ManagementApi {
  return managementApi(keyring, {
    webhooks: hooks,
    authenticate: (request) => {
      const id = /\blogin=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
      const person = people[id]
      return person === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: person.scopes } }
    },
    organization: () => organizationId,
    assertFresh: () => true,
    rateLimits: null,
    resources: {
      board: async (_caller, _organization, search) =>
        Object.entries(boards)
          .map(([id, name]) => ({ id, name }))
          .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())),
    },
    people: async () => Object.entries(people).map(([id, { name }]) => ({ id, name })),
    describe: ({ users, resources }) => ({
      users: Object.fromEntries(users.flatMap((id) => (people[id] === undefined ? [] : [[id, people[id].name]]))),
      resources: {
        board: Object.fromEntries(
          (resources.board ?? []).flatMap((id) => (boards[id] === undefined ? [] : [[id, boards[id]]])),
        ),
      },
    }),
    ...options,
  } as ManagementApiOptions<typeof access>) // a test may set any of them
}

/** A product over SQLite: its login is a cookie, its API and its settings page are mounted in Express. */
export async function openProduct({ mount = inExpress, ...options }: ProductOptions = {}): Promise<Product> {
  const store = await sqliteStore(':memory:')
  const keyring = openKeyring(store, options.keyring)
  const hooks = webhooks(keyring, {
    store: memoryWebhookStore(store),
    sealer: sealer({ current: 'w1', keys: { w1: Buffer.alloc(32, 3).toString('base64') } }),
    events: {
      'member.joined': { description: 'Somebody joined.', scope: 'members.read' },
      'policy.changed': { description: 'A policy was changed.', scope: 'policies.read' },
    },
    delivery: { allowLoopback: true, timeoutMs: 5_000 },
  })
  const api = openApi(keyring, hooks, options.api)
  const settings = dashboard(keyring, { branding: { productName: 'Acme Boards' }, ...options.page })
  const server = createServer(await mount({ keyring, api, settings }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    keyring,
    use: async (token) => {
      const response = await fetch(`${origin}/v1/me`, { headers: { Authorization: `Bearer ${token}` } })
      const { id, code } = (await response.json()) as { readonly id?: string; readonly code?: string } // of the route, or the guard
      return `${response.status} ${id ?? code}`
    },
    deployedAs: (environment) => openKeyring(store, { ...options.keyring, environment }),
    store,
    hooks,
    close: async () => {
      await hooks.close()
      server.closeAllConnections()
      server.close()
      await store.close()
    },
  }
}

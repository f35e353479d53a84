import { randomUUID } from 'node:crypto'
import {
  defineAccess,
  type Keyring,
  type KeyringOptions,
  type MemoryStoreOptions,
  memoryStore,
  sealer,
} from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { testKeyring } from '@keywright/testkit'
import { expect } from 'vitest'
import {
  type Caller,
  type ManagementApi,
  type ManagementApiOptions,
  managementApi,
  type WebhookManager,
} from '../src/index.js'
import { type Contract, contractOf } from './contract.js'

export const access = defineAccess({
  scopes: {
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Revoke API keys',
    'api_keys.manage_all': 'Manage the keys of others',
    'api_keys.reveal': 'Show tokens again',
    'audit.read': 'View the audit log',
    'audit.export': 'Export the audit log',
    'webhooks.read': 'View webhooks',
    'webhooks.manage': 'Manage webhooks',
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'billing.manage': { description: 'Spend money', sensitive: true },
    'tasks.read': 'View tasks',
    'tasks.move': 'Move tasks',
  },
  presets: { people: ['members.read', 'members.invite'] },
  roles: { planner: ['members.read'] },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.read', 'tasks.move'] } } },
})

export type TestKeyring = Keyring<typeof access>

/** Scopes of a member who manages their own keys. */
export const ownKeys = ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'members.*', 'tasks.*'] as const
/** All scopes that are not sensitive. */
export const everything = ['*'] as const

/** A response whose body has been read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it; the contract has checked it
  readonly body: any
}

export interface Sent {
  /** The sender: `mia` or `key:<id>`; `null` for nobody. */
  readonly as?: string | null
  readonly body?: unknown
  /** The body as text or bytes, in place of JSON. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export type TestOptions = Partial<KeyringOptions<typeof access>> & {
  readonly api?: Partial<ManagementApiOptions<typeof access>>
  readonly clock?: MemoryStoreOptions
  /** Makes the webhooks of the product. */
  readonly webhooks?: (keyring: TestKeyring, store: KeyStore) => WebhookManager
}

export interface Product {
  readonly keyring: TestKeyring
  readonly store: KeyStore
  readonly api: ManagementApi
  /** The organisation of this test, and another one. */
  readonly org: string
  readonly other: string
  /** The scopes of each person: by organisation, then by person. */
  readonly people: Record<string, Record<string, readonly string[]>>
  /** All responses so far. */
  readonly answers: Answer[]
  send(request: string, sent?: Sent): Promise<Answer>
  /** Creates a key over the API. */
  create(as?: string, body?: object): Promise<{ id: string; token: string; body: Answer['body'] }>
  /** Everything that the store has of both organisations, as text. */
  dump(): Promise<string>
}

export const testSealer = sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 7).toString('base64') } })
export const base = '/api/api-keys'

const contracts = new Map<string, Contract>()

/** The contract of an API, compiled once for each base path. */
function contractAt(path: string, { document }: ManagementApi): Contract {
  const contract = contracts.get(path) ?? contractOf(document)
  contracts.set(path, contract)
  return contract
}

/** A product with two organisations: in `org` are the admin ada and the members mia and max; in `other`, eve is admin. */
export function open({ api: apiOptions = {}, clock, webhooks, ...options }: TestOptions = {}): Product {
  const [org, other] = [`acme-${randomUUID()}`, `evil-${randomUUID()}`]
  const people: Product['people'] = {
    [org]: { ada: everything, mia: ownKeys, max: ownKeys, eve: [] },
    [other]: { eve: everything },
  }
  const { keyring, store } = testKeyring({
    access,
    store: memoryStore(clock),
    resolveOwner: (owner) =>
      owner.type === 'organization'
        ? { scopes: ['*', 'billing.manage'] }
        : { scopes: people[owner.organizationId]?.[owner.id] ?? [], levels: () => 'edit' },
    ...options,
  })
  const organizationOf = (request: Request) => request.headers.get('x-organization') ?? org
  const api = managementApi(keyring, {
    authenticate: async (request): Promise<Caller | null> => {
      const who = /^session=(.+)$/.exec(request.headers.get('cookie') ?? '')?.[1]
      if (who === undefined) return null
      const [type, id] = who.startsWith('key:') ? (['key', who.slice(4)] as const) : (['user', who] as const)
      if (type === 'user') return { actor: { type, id }, authority: { scopes: people[organizationOf(request)]?.[id] } }
      const key = await keyring.get(id)
      return { actor: { type, id }, authority: { scopes: key?.grants.scopes ?? [] }, ambient: false }
    },
    organization: (request, { actor }) => {
      const asked = organizationOf(request)
      return actor.type === 'key' || people[asked]?.[actor.id] !== undefined ? asked : null
    },
    assertFresh: () => true,
    rateLimits: null, // each of these people sends what many do
    webhooks: webhooks?.(keyring, store),
    ...apiOptions,
  })
  const path = apiOptions.basePath ?? base
  const check = contractAt(path, api)
  const answers: Answer[] = []

  const send: Product['send'] = async (request, { as = 'mia', body, raw, headers = {} } = {}) => {
    const [method = 'GET', below = '/'] = request.split(' ')
    const content = body === undefined ? raw : JSON.stringify(body)
    const url = new URL(`${path}${below === '/' ? '' : below}`, 'http://app.test')
    const response = await api.fetch(
      new Request(url, {
        method,
        headers: {
          ...(as === null ? {} : { Cookie: `session=${as}` }),
          // One for all: answers that must be the same are compared whole.
          'X-Request-Id': 'test-request',
          ...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(content === undefined ? {} : { body: content, duplex: 'half' }),
      }),
    )
    const text = await response.clone().text()
    const isJson = /[/+]json$/.test(response.headers.get('content-type') ?? '')
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : null,
    }
    answers.push(answer)
    // What the document does not have, and what it has for GET.
    const isDescribed = !['not_found', 'method_not_allowed'].includes(answer.body?.code) && below !== '/openapi.json'
    if (method !== 'OPTIONS' && method !== 'HEAD' && isDescribed) {
      expect(check(method, url.pathname, response, text)).toEqual([])
    }
    return answer
  }

  return {
    keyring,
    store,
    api,
    org,
    other,
    people,
    answers,
    send,
    create: async (as = 'mia', body = { name: 'ci' }) => {
      const answer = await send('POST /', { as, body })
      expect(answer.status, answer.text).toBe(201)
      return { id: answer.body.id, token: answer.body.token, body: answer.body }
    },
    dump: async () => {
      const of = async (organizationId: string) => [
        (await store.list({ organizationId, limit: 500 })).records,
        await store.listAudit({ organizationId, order: 'asc', limit: 500 }),
      ]
      return JSON.stringify([await of(org), await of(other)])
    },
  }
}

/** Every operation on one key, with a valid body and the scope that it needs. */
export const ofOneKey = [
  ['GET /:id', undefined, 'api_keys.read'],
  ['PATCH /:id', { name: 'new' }, 'api_keys.create'],
  ['POST /:id/enable', undefined, 'api_keys.create'],
  ['POST /:id/disable', undefined, 'api_keys.revoke'],
  ['POST /:id/revoke', { reason: 'old' }, 'api_keys.revoke'],
  ['POST /:id/rotate', { grace_ms: 1_000 }, 'api_keys.create'],
  ['POST /:id/reveal', undefined, 'api_keys.reveal'],
  ['DELETE /:id', undefined, 'api_keys.revoke'],
  ['DELETE /:id?permanent=true', undefined, 'api_keys.revoke'],
] as const

/** Every other operation, likewise. */
export const ofMany = [
  ['GET /', undefined, 'api_keys.read'],
  ['POST /', { name: 'ci' }, 'api_keys.create'],
  ['POST /bulk/revoke', { ids: ['A'.repeat(12)] }, 'api_keys.revoke'],
  ['POST /bulk/disable', { ids: ['A'.repeat(12)] }, 'api_keys.revoke'],
  ['POST /bulk/enable', { ids: ['A'.repeat(12)] }, 'api_keys.create'],
  ['GET /stats', undefined, 'api_keys.read'],
  ['GET /usage', undefined, 'api_keys.manage_all'],
  ['GET /usage/top', undefined, 'api_keys.read'],
  ['GET /resources/board', undefined, 'api_keys.create'],
  ['GET /people', undefined, 'api_keys.manage_all'],
  ['GET /audit', undefined, 'audit.read'],
  ['GET /audit/verify', undefined, 'audit.read'],
  ['GET /audit/export', undefined, 'audit.export'],
] as const

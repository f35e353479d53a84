import { type ManagementApi, type ManagementApiOptions, managementApi } from '@keywright/api'
import { createKeyring, defineAccess, hmacSha256, type Keyring, sealer } from '@keywright/core'
import { sqliteStore } from '@keywright/kysely/sqlite'
import { memoryWebhookStore, webhooks } from '@keywright/webhooks'

/** Stands in all that is of the other organisation. */
export const foreign = 'umbrella'
/** Stands in secrets, and in the errors of the host. */
export const canary = 'canary-0123456789-canary-0123456789'

const access = defineAccess({
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
    'billing.manage': { description: 'Spend money', sensitive: true },
    'tasks.read': 'View tasks',
    'tasks.move': 'Move tasks',
  },
  presets: { people: ['members.read'] },
  roles: { planner: ['members.read'] },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
})

/** People of `acme`: ada may do everything, mia what concerns her own keys, new nothing. In the other organisation, eve is admin. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  ada: ['*'],
  mia: ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'members.read', 'tasks.*', 'webhooks.*'],
  new: [],
  eve: ['*'],
}

/** What makes an API of a keyring: the real one, or one with a fault. */
export type Make = (keyring: Keyring<typeof access>, options: ManagementApiOptions<typeof access>) => ManagementApi

/** A product over SQLite with keys in both organisations, and the ids of those keys. */
export async function openProduct(make: Make = managementApi) {
  const store = await sqliteStore(':memory:')
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    environments: ['live', 'test'],
    access,
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: canary } }),
    reveal: sealer({ current: 'k1', keys: { k1: Buffer.alloc(32, 7).toString('base64') } }),
    resolveOwner: (owner) => ({
      scopes: owner.type === 'user' ? (scopesOf[owner.id] ?? []) : ['*'],
      levelsOf: (_, ids) => Object.fromEntries(ids.map((id) => [id, 'edit'])),
    }),
  })
  const hooks = webhooks(keyring, {
    store: memoryWebhookStore(store),
    sealer: sealer({ current: 'w1', keys: { w1: Buffer.alloc(32, 8) } }),
    events: { 'board.updated': { description: 'A board was changed', scope: 'tasks.read' } },
    // No name has an address here, so a test event never leaves.
    delivery: { resolve: async () => [] },
    onEvent: () => {},
  })
  const api = make(keyring, {
    authenticate: (request) => {
      const id = /^session=(\w+)$/.exec(request.headers.get('cookie') ?? '')?.[1]
      return id === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: scopesOf[id] ?? [] } }
    },
    organization: (_, { actor }) => (actor.id === 'eve' ? foreign : 'acme'),
    assertFresh: () => true,
    rateLimits: null,
    webhooks: hooks,
    describe: ({ users, resources }) => ({
      users: Object.fromEntries(users.filter((id) => id !== 'mia').map((id) => [id, `Name of ${id}`])),
      resources: { board: Object.fromEntries((resources.board ?? []).map((id) => [id, id.slice(0, 300)])) },
    }),
    people: async (_caller, organizationId, search) => [{ id: 'ada', name: `Ada of ${organizationId}, ${search}` }],
    resources: {
      board: async (_caller, _organization, search) => {
        if (search.includes('road')) throw new Error(`The database at ${canary} is gone.`)
        return [{ id: 'b1', name: 'Roadmap' }]
      },
    },
  })
  const makeKey = async (id: string, organizationId: string, name: string) =>
    (await keyring.create({ name, owner: { type: 'user', id, organizationId } })).key.id
  const attach = async (keyId: string, url: string) => (await hooks.create({ keyId, url })).endpoint.id
  const theirs = await Promise.all(
    [1, 2, 3].map(async (at): Promise<[string, string]> => {
      const id = await makeKey('eve', foreign, `${foreign} ${at}`)
      return [id, await attach(id, `https://${foreign}.example.com/`)]
    }),
  )
  return {
    api,
    /** The ids of keys of the other organisation, each with that of its webhook. */
    theirs: new Map(theirs),
    /** New keys, for the requests revoke and delete them: one of mia's and one of ada's, each with a webhook, and an event for it. */
    makeKeys: async () => {
      const keys = await Promise.all(['mia', 'ada'].map((id) => makeKey(id, 'acme', 'ours')))
      const ofKeys = await Promise.all(keys.map((id) => attach(id, 'https://example.com/ours')))
      const tested = await Promise.all(ofKeys.map(async (id) => (await hooks.test(id)).eventId))
      return [...keys, ...ofKeys, ...tested]
    },
    close: async () => {
      await hooks.close()
      await keyring.close()
    },
  }
}

export type Product = Awaited<ReturnType<typeof openProduct>>

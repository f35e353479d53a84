import {
  createKeyring,
  defineAccess,
  hmacSha256,
  type Keyring,
  memoryStore,
  type Owner,
  type OwnerAuthority,
  sealer,
} from '@keywright/core'
import type { KeyStore, WebhookStore } from '@keywright/core/store'
import { onTestFinished } from 'vitest'
import { memoryWebhookStore } from '../src/memory/memory-webhook-store.js'
import type { WebhooksOptions } from '../src/options.js'
import { type Webhooks, webhooks } from '../src/webhooks.js'
import type { WebhooksEvent } from '../src/worker/events.js'

export const access = defineAccess({
  scopes: {
    'boards.list': 'See the names of boards',
    'boards.read': 'Read a board',
    'api_keys.manage_all': 'Manage the keys of all',
  },
  resources: { board: { levels: { read: ['boards.read'] } }, room: { levels: { enter: [] } } },
})

export const events = {
  'board.updated': { description: 'A board was changed', scope: 'boards.read' },
  'boards.sorted': { description: 'The list of boards was sorted', scope: 'boards.list' },
} as const

export const ada: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }

/** A product with boards, whose owners' rights a test can change. */
export interface BoardWorld {
  readonly keyring: Keyring<typeof access>
  readonly keys: KeyStore
  readonly store: WebhookStore
  readonly hooks: Webhooks<keyof typeof events>
  readonly told: WebhooksEvent[]
  /** What each owner may do; `null`: suspended. An `Error` is thrown. */
  readonly owners: Map<string, OwnerAuthority | Error | null>
  /** Moves the store's clock. */
  advance(ms: number): void
  /** A key of Ada's that may read these boards. */
  keyFor(...boards: string[]): Promise<string>
}

export type WorldOptions = Partial<WebhooksOptions<typeof access, typeof events>>

export const seal = sealer({ current: 'w1', keys: { w1: new Uint8Array(32).fill(7) } })

/** @param options - Over a memory store, unless it names another. */
export function boardWorld(
  options: WorldOptions & { readonly keys?: KeyStore; readonly manageTimeoutMs?: number } = {},
): BoardWorld {
  let offset = 0
  const { keys = memoryStore({ now: () => new Date(Date.now() + offset) }), manageTimeoutMs, ...others } = options
  const owners: BoardWorld['owners'] = new Map([
    ['ada', { scopes: ['*'], levels: { board: { b1: 'read', b2: 'read' } } }],
  ])
  const keyring = createKeyring({
    prefix: 'tk',
    access,
    store: keys,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper for tests, of 32 bytes or more' } }),
    resolveOwner: (owner) => {
      const found = owners.get(owner.id) ?? null
      if (found instanceof Error) throw found
      return found
    },
    onEvent: () => {},
    manageTimeoutMs,
  })
  const told: WebhooksEvent[] = []
  const store = others.store ?? memoryWebhookStore(keys)
  const hooks = webhooks(keyring, {
    sealer: seal,
    events,
    delivery: { allowLoopback: true, timeoutMs: 2_000 },
    onEvent: (event) => told.push(event),
    ...others,
    store,
  })
  onTestFinished(async () => {
    await hooks.close()
    await keyring.close()
  })
  return {
    ...{ keyring, keys, store, hooks, told, owners },
    advance: (ms) => {
      offset += ms
    },
    keyFor: async (...boards) => {
      const levels = Object.fromEntries(boards.map((id) => [id, 'read' as const]))
      const { key } = await keyring.create({
        ...{ name: 'hook', owner: ada, scopes: ['boards.list'] },
        resources: { board: { mode: 'specific', levels } },
      })
      return key.id
    },
  }
}

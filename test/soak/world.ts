import { defineAccess } from '@keywright/core'

/** The two processes of the host. */
export const slots = ['A', 'B'] as const
export type Slot = (typeof slots)[number]

/** What a process of the host is told at its start. */
export interface AppOrder {
  readonly name: string
  readonly postgresUrl: string
  readonly redisUrl: string
  /** `null`: no cache. */
  readonly cacheTtlMs: number | null
  readonly pepper: string
  readonly sealKey: string
}

/** What a process of the host tells the driver. */
export type AppReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'outage_began'; readonly reason: string }
  | { readonly type: 'outage_ended'; readonly reason: string; readonly refused: number }
  /** An event of the keyring that is no answer to a request, by its name. */
  | { readonly type: 'event'; readonly name: string }
  /** Uses were written: those that were counted before this instant, if none waited longer. */
  | { readonly type: 'usage_written'; readonly begun: number }
  | { readonly type: 'redis_out'; readonly limiter: 'rate' | 'failure' }
  /** `onError` of the management API. */
  | { readonly type: 'api_error' }
  /** `close` could not write so many uses. */
  | { readonly type: 'usage_lost'; readonly uses: number }
  | { readonly type: 'size'; readonly size: AppSize }

/** What must not grow. */
export interface AppSize {
  /** Of the heap after a collection, in MiB. */
  readonly heap: number
  /** Sockets, timers and the like that keep the process alive. */
  readonly resources: number
}

export const access = defineAccess({
  scopes: {
    'items.read': 'See items',
    'items.write': 'Change items',
    'api_keys.read': 'View API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Revoke API keys',
    'api_keys.manage_all': 'Manage the keys of others',
  },
})

export const basePath = '/api/api-keys'
/** How long a process collects uses, and so the most that a killed one may lose. */
export const usageFlushMs = 500
/** Connections that one process may have to PostgreSQL. */
export const poolSize = 10
/** Of one network. More than a client of the soak has under way, and fewer than a guesser presents. */
export const failureLimit = { limit: 60, windowMs: 10_000 } as const

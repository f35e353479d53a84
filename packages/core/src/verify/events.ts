import type { CacheEvent } from '../cache/index.js'
import type { LeakEvent } from '../credential/index.js'
import type { TokenFormat } from '../crypto/index.js'
import type { DelegatedEvent } from '../delegates/index.js'
import type { NoticeEvent } from '../notices/index.js'
import type { OutageEvent } from '../outage/index.js'
import type { StoreEvent } from '../store/index.js'
import type { UsageEvent } from '../usage/index.js'
import type { BudgetHolder } from '../values/index.js'

/** Where a verification came from, as far as it is known. */
export interface RequestFacts {
  /** The client's address: the `ip` of `verify`, or what a guard made out. */
  readonly ip?: string | undefined
  /** The host's name for the request: the `requestId` of `verify`, or of a guard. */
  readonly requestId?: string | undefined
  /** Of the key that was found, whether or not its token was right. */
  readonly organizationId?: string | undefined
}

/** The facts that are known. */
export function requestFacts(
  ip: string | null,
  requestId: string | null,
  organizationId: string | null = null,
): RequestFacts {
  return {
    ...(ip === null ? {} : { ip }),
    ...(requestId === null ? {} : { requestId }),
    ...(organizationId === null ? {} : { organizationId }),
  }
}

/** What a keyring tells the host beside its answers. Never holds a token or a part of one. */
export type KeyringEvent =
  /** A verification was refused: `code` is what the client is told, `reason` what it is not. */
  | (RequestFacts & {
      readonly type: 'api_key.verify_failed'
      readonly code: string
      readonly reason: string
      readonly keyId: string | null
    })
  /** The token is right, and its time is over: whoever has it should not. */
  | (RequestFacts & { readonly type: 'api_key.used_after_revocation'; readonly keyId: string })
  | (RequestFacts & { readonly type: 'api_key.exposed_in_url'; readonly keyId: string | null })
  /** A key came over plain HTTP, where others may have read it. */
  | (RequestFacts & { readonly type: 'api_key.sent_in_clear'; readonly keyId: string | null })
  | (RequestFacts & { readonly type: 'api_key.damaged'; readonly keyId: string; readonly fields: readonly string[] })
  /** The token before the last rotation was used, in its time of grace: somebody has not changed over yet. */
  | (RequestFacts & { readonly type: 'api_key.previous_token_used'; readonly keyId: string })
  | DelegatedEvent
  /** A key was used that has a scope which the catalog does not have any more. Told once a process and scope. */
  | (RequestFacts & { readonly type: 'api_key.unknown_scope'; readonly keyId: string; readonly scope: string })
  | LeakEvent
  /** A key came where others can read it, and could not be disabled: see `quarantineExposed`. */
  | { readonly type: 'api_key.quarantine_failed'; readonly error: unknown }
  | { readonly type: 'api_key.reveal_failed'; readonly keyId: string }
  | { readonly type: 'api_key.rehash_failed'; readonly keyId: string; readonly error: unknown }
  /** A pepper has another value than the one that keys were hashed with: nothing is verified or made. Told once a process. */
  | { readonly type: 'hasher.wrong_pepper'; readonly pepperId: string; readonly error: unknown }
  /** More bad secrets for one key than mistakes explain; answers to them are late from now on. */
  | (RequestFacts & { readonly type: 'api_key.guessed_at'; readonly keyId: string })
  | (RequestFacts & {
      readonly type: 'api_key.rate_limited'
      readonly keyId: string | null
      readonly violated: readonly string[]
    })
  | NoticeEvent
  | (RequestFacts & {
      readonly type: 'api_key.budget_exhausted'
      readonly keyId: string
      /** Whose budgets have too few credits left. */
      readonly exhausted: readonly BudgetHolder[]
    })
  | CacheEvent
  | UsageEvent
  | OutageEvent
  | StoreEvent

/** A request that was refused as unavailable. The host is told of outages, not of each request in one. */
export interface Unavailable {
  readonly type: 'keyring.unavailable'
  readonly reason: string
  readonly error: unknown
}

/** Receives events. What it throws, or rejects with, is dropped: it can neither delay nor change an answer. */
export type OnEvent = (event: KeyringEvent) => unknown

/**
 * Reads a name of a request that may stand in logs: 1 to 200 characters. Hosts take such names from headers of clients, who put
 * keys anywhere, so a name with the beginning of a token in it is none.
 */
export function readRequestId(value: unknown, { namespaces, foreign }: TokenFormat): string | null {
  if (typeof value !== 'string' || value === '' || value.length > 200) return null
  return [...namespaces, ...foreign].some((namespace) => value.includes(`${namespace}_`)) ? null : value
}

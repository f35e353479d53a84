/** What a keyring tells the host beside its answers. Never holds a token or a part of one. */
export type KeyringEvent =
  | {
      readonly type: 'api_key.verify_failed'
      readonly code: string
      readonly reason: string
      readonly keyId: string | null
    }
  | { readonly type: 'api_key.used_after_revocation'; readonly keyId: string }
  | { readonly type: 'api_key.exposed_in_url'; readonly keyId: string | null }
  /** A key came over plain HTTP, where others may have read it. */
  | { readonly type: 'api_key.sent_in_clear'; readonly keyId: string | null }
  | { readonly type: 'api_key.damaged'; readonly keyId: string; readonly fields: readonly string[] }
  | { readonly type: 'api_key.reveal_failed'; readonly keyId: string }
  | { readonly type: 'api_key.rehash_failed'; readonly keyId: string; readonly error: unknown }
  /** More bad secrets for one key than mistakes explain; answers to them are late from now on. */
  | { readonly type: 'api_key.guessed_at'; readonly keyId: string }
  | { readonly type: 'api_key.rate_limited'; readonly keyId: string | null; readonly violated: readonly string[] }
  /** Uses could not be written; they are kept, and tried again. */
  | { readonly type: 'usage.not_written'; readonly kept: number; readonly error: unknown }
  /** A use was not counted, because too many wait to be written. */
  | { readonly type: 'usage.dropped'; readonly keyId: string }
  /** The bus of the cache listens: keys are kept from now on. */
  | { readonly type: 'cache.used' }
  /** The bus of the cache is out of reach: every verification reads its key. */
  | { readonly type: 'cache.bypassed' }
  /** Other processes could not be told of a change: it holds there when their time for the key is over. */
  | { readonly type: 'cache.not_told'; readonly keyId: string; readonly error: unknown }
  | { readonly type: 'keyring.unavailable'; readonly reason: string; readonly error: unknown }

/** Receives events. What it throws, or rejects with, is dropped: it can neither delay nor change an answer (FI-30). */
export type OnEvent = (event: KeyringEvent) => unknown

/** Hands an event to the host without letting the host's own faults out. */
export function isolated(onEvent: OnEvent | undefined): (event: KeyringEvent) => void {
  if (onEvent === undefined) return () => {}
  return (event) => {
    try {
      Promise.resolve(onEvent(event)).catch(() => {})
    } catch {
      // The host's observer is not on the way of the request.
    }
  }
}

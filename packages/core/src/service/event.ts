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
  | { readonly type: 'api_key.damaged'; readonly keyId: string; readonly fields: readonly string[] }
  | { readonly type: 'api_key.rehash_failed'; readonly keyId: string; readonly error: unknown }
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

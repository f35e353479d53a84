/**
 * Tells processes of keys that have changed, so that a cache forgets them. It only shortens the time until they do: a message
 * may be lost, come twice or late, and nothing but that time depends on it (CONS-3, FI-37).
 */
export interface InvalidationBus {
  /** Tells all subscribers, in this process and in others, that a key has changed. Rejects where it could not. */
  publish(keyId: string): Promise<void>

  /**
   * Begins to listen. Returns at once, and never throws for want of a connection: it is made, and made again whenever it
   * breaks.
   *
   * @param onMessage - Called with the id of each key that has changed.
   * @param onState - Called with `true` once no message published from now on is missed for a reason known here, and with
   * `false` as soon as some may be. Until the first call, nothing is known.
   * @returns what ends it. No more calls after that.
   */
  subscribe(onMessage: (keyId: string) => void, onState: (isListening: boolean) => void): () => Promise<void>
}

/**
 * Tells all processes which keys have changed, so that their caches drop them. It only makes this faster. A message may be lost,
 * repeated or late: the cache then drops the key at the end of its `ttlMs`.
 */
export interface InvalidationBus {
  /** Tells all subscribers, in this process and in others, that a key has changed. Rejects if the message cannot be sent. */
  publish(keyId: string): Promise<void>

  /**
   * Begins to listen. Returns at once, and does not throw if there is no connection: it connects in the background, and again
   * whenever the connection breaks.
   *
   * @param onMessage - Called with the id of each changed key.
   * @param onState - Called with `true` when the bus begins to receive all messages, and with `false` as soon as it may miss
   * some. Before the first call, assume that it misses messages.
   * @returns a function that ends the subscription. No callback is called after it.
   */
  subscribe(onMessage: (keyId: string) => void, onState: (isListening: boolean) => void): () => Promise<void>
}

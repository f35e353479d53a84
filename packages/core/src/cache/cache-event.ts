/** What a cache tells the host. */
export type CacheEvent =
  /** The bus of the cache listens: keys are kept from now on. */
  | { readonly type: 'cache.used' }
  /** The bus of the cache is out of reach: every verification reads its key. */
  | { readonly type: 'cache.bypassed' }
  /** Other processes could not be told of a change: it holds there when their time for the key is over. */
  | { readonly type: 'cache.not_told'; readonly keyId: string; readonly error: unknown }

/** What a store tells beside its answers. */
export type StoreEvent =
  /** Verifications are read from this replica of `readFrom` from now on, which `index` counts from 0. */
  | { readonly type: 'store.replica_used'; readonly index: number }
  /**
   * Verifications are not read from this replica: from another one, or from the primary. `reason` is `unreachable`, `unknown_server`,
   * `other_database`, `no_standby`, `not_connected`, `missing_grant`, `not_synchronous`, `settling`, `lagging` or `clock`; the message of
   * `error` says what to do.
   */
  | { readonly type: 'store.replica_left'; readonly index: number; readonly reason: string; readonly error: unknown }

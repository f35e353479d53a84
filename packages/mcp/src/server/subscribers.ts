import type { Caller } from '../caller/caller.js'

/** Who is told of changed resources by one server. */
export interface Subscribers {
  /** By URI: the caller that subscribed. */
  readonly byUri: Map<string, Caller>
  /** The sender of the last message: a host may tell of resources without subscriptions. */
  latest: Caller | null
}

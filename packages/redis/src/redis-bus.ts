import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { InvalidationBus } from '@keywright/core/store'
import { listen } from './listen.js'
import { listenInCluster } from './listen-in-cluster.js'
import { readyClient } from './node-redis-cluster.js'
import {
  isIoredis,
  isIoredisCluster,
  isNodeRedis,
  isNodeRedisCluster,
  isRedisClient,
  type NodeRedisClusterLike,
  type RedisBusClient,
} from './redis-client.js'

/** Options of {@link redisBus}. */
export interface RedisBusOptions {
  /** The channel that all processes of a product share: a string that is not empty. @defaultValue 'keywright:changed' */
  readonly channel?: string | undefined
}

const optionNames: NamesOf<RedisBusOptions> = { channel: true }

/**
 * Notifies every process of key changes through Redis's publish and subscribe, for the `cache` of a keyring. It listens on a
 * second connection, a duplicate of `client`, and connects again whenever that connection breaks. In a cluster, it listens at
 * one master, and at another when that connection breaks.
 *
 * @param client - A client of `ioredis` or `redis` that you connect and close: of one server or of a cluster. What cannot listen is
 * refused: a pool, `createSentinel`, and `@upstash/redis`.
 *
 * @example
 * ```ts
 * const redis = new Redis('redis://127.0.0.1:6379')
 * redis.on('error', (error) => console.error(error))
 * const cache = { mode: 'bounded', ttlMs: 5_000, bus: redisBus(redis) } as const // an option of createKeyring
 * ```
 *
 * @throws {@link InvalidOptions} when `client` is no such client, an option is unknown, or `channel` is
 * empty.
 */
export function redisBus(client: RedisBusClient, options: RedisBusOptions = {}): InvalidationBus {
  checkNames(options, optionNames)
  const { channel = 'keywright:changed' } = options
  if (!canListen(client)) {
    const expected = 'a client of ioredis or redis that can listen: of one server or of a cluster'
    throw new InvalidOptions('client', `${expected}, not a pool, createSentinel or @upstash/redis`)
  }
  if (typeof channel !== 'string' || channel === '') throw new InvalidOptions('channel', 'a string that is not empty')
  return {
    async publish(keyId) {
      // A cluster of `redis` would choose any node, also one that is away, and keep the message until that is back.
      const publisher = isNodeRedisCluster(client) ? (readyNode(client) ?? client) : client
      await publisher.publish(channel, keyId)
    },

    subscribe(onMessage, onState) {
      const listener = { onMessage, onState }
      if (isIoredisCluster(client) || isNodeRedisCluster(client)) return listenInCluster(client, channel, listener)
      return listen(
        isIoredis(client) ? client.duplicate({ lazyConnect: false }) : client.duplicate(),
        channel,
        listener,
      )
    },
  }
}

/** For callers without type checks as well. */
function canListen(client: RedisBusClient): boolean {
  if (!isRedisClient(client)) return false
  return [isIoredis, isIoredisCluster, isNodeRedis, isNodeRedisCluster].some((isKind) => isKind(client))
}

function readyNode(cluster: NodeRedisClusterLike) {
  return cluster.masters.flatMap((node) => readyClient(node) ?? []).at(0)
}

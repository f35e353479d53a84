import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { InvalidationBus } from '@keywright/core/store'
import {
  type IoredisSubscriber,
  isConnected,
  isRedisClient,
  type NodeRedisSubscriber,
  type RedisClient,
} from './redis-client.js'

/** Options of {@link redisBus}. */
export interface RedisBusOptions {
  /** The channel that all processes of a product share: a string that is not empty. @defaultValue 'keywright:changed' */
  readonly channel?: string | undefined
}

const optionNames: NamesOf<RedisBusOptions> = { channel: true }

/**
 * Notifies every process of key changes through Redis's publish and subscribe, for the `cache` of a keyring. It listens on a
 * second connection, a duplicate of `client`, and connects again whenever that connection breaks.
 *
 * @param client - A client of `ioredis` or `redis` that you connect and close.
 *
 * @example
 * ```ts
 * const redis = new Redis('redis://127.0.0.1:6379')
 * redis.on('error', (error) => console.error(error))
 * const cache = { mode: 'bounded', ttlMs: 5_000, bus: redisBus(redis) } as const // an option of createKeyring
 * ```
 *
 * @throws {@link InvalidOptions} when `client` is no client of `ioredis` or `redis`, an option is unknown, or `channel` is
 * empty.
 */
export function redisBus(client: RedisClient, options: RedisBusOptions = {}): InvalidationBus {
  checkNames(options, optionNames)
  const { channel = 'keywright:changed' } = options
  if (!isRedisClient(client)) throw new InvalidOptions('client', 'a client of ioredis or redis')
  if (typeof channel !== 'string' || channel === '') throw new InvalidOptions('channel', 'a string that is not empty')
  return {
    async publish(keyId) {
      await client.publish(channel, keyId)
    },

    subscribe(onMessage, onState) {
      let isStopped = false
      const subscriber = 'isReady' in client ? client.duplicate() : client.duplicate({ lazyConnect: false })
      const follow = (listening: Promise<unknown>) => {
        listening.then(
          () => {
            if (!isStopped && isConnected(subscriber)) onState(true)
          },
          () => {}, // the connection is lost again, and the next one will be followed
        )
      }
      const onBreak = () => {
        if (!isStopped && !isConnected(subscriber)) onState(false)
      }
      if ('isReady' in subscriber) listenByNodeRedis(subscriber, channel, { onMessage, onBreak, follow })
      else listenByIoredis(subscriber, channel, { onMessage, onBreak, follow })

      return async () => {
        isStopped = true
        try {
          await subscriber.disconnect()
        } catch {
          // There was no connection, or it was closed before.
        }
      }
    },
  }
}

/** What the listeners of both kinds of clients call. */
interface Listening {
  onMessage(keyId: string): void
  onBreak(): void
  /** Takes, for each new connection, the promise of its subscription. */
  follow(listening: Promise<unknown>): void
}

function listenByIoredis(subscriber: IoredisSubscriber, channel: string, { onMessage, onBreak, follow }: Listening) {
  subscriber.on('message', (_channel, message) => onMessage(message))
  subscriber.on('ready', () => follow(subscriber.subscribe(channel)))
  for (const event of ['close', 'error'] as const) subscriber.on(event, onBreak)
}

function listenByNodeRedis(
  subscriber: NodeRedisSubscriber,
  channel: string,
  { onMessage, onBreak, follow }: Listening,
) {
  // The same function each time, so that it is one listener: the client subscribes again by itself before it is ready.
  subscriber.on('ready', () => follow(subscriber.subscribe(channel, onMessage)))
  for (const event of ['reconnecting', 'end', 'error'] as const) subscriber.on(event, onBreak)
  subscriber.connect().catch(onBreak)
}

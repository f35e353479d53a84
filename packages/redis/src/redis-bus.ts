import { type InvalidationBus, InvalidOptions } from '@keywright/core'
import {
  type IoredisSubscriber,
  isConnected,
  isRedisClient,
  type NodeRedisSubscriber,
  type RedisClient,
} from './redis-client.js'

/** Options of {@link redisBus}. */
export interface RedisBusOptions {
  /** The channel, which all processes of a product share. @defaultValue 'keywright:changed' */
  readonly channel?: string | undefined
}

/**
 * Tells all processes of changed keys, by Redis's publish and subscribe: for the `cache` of a keyring. Listens on a connection
 * of its own, made like `client`, which is made again whenever it breaks.
 *
 * @throws InvalidOptions
 */
export function redisBus(
  client: RedisClient,
  { channel = 'keywright:changed' }: RedisBusOptions = {},
): InvalidationBus {
  if (!isRedisClient(client)) throw new InvalidOptions('client', 'a client of ioredis or redis')
  if (typeof channel !== 'string' || channel === '') throw new InvalidOptions('channel', 'a name')
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
          () => {}, // the connection is gone again: the next one will be listened on
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
          // It had no connection, or was stopped before.
        }
      }
    },
  }
}

interface Listening {
  onMessage(keyId: string): void
  onBreak(): void
  /** Given, on each new connection, what settles once it is listened on. */
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
  // The same listener each time: it is one, and the client listens again by itself before it says that it is ready.
  subscriber.on('ready', () => follow(subscriber.subscribe(channel, onMessage)))
  for (const event of ['reconnecting', 'end', 'error'] as const) subscriber.on(event, onBreak)
  subscriber.connect().catch(onBreak)
}

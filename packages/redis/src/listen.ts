import { type IoredisSubscriber, isConnected, type NodeRedisSubscriber } from './redis-client.js'

/** A client that only listens. */
export type Subscriber = IoredisSubscriber | NodeRedisSubscriber

/** What a listener calls. */
export interface Listener {
  onMessage(keyId: string): void
  /** Takes whether messages arrive: `true` after each subscription, `false` at each break. */
  onState(isListening: boolean): void
}

/** Listens to a channel by a client of its own, which connects again by itself if it can. Returns what ends it. */
export function listen(subscriber: Subscriber, channel: string, { onMessage, onState }: Listener): () => Promise<void> {
  let isStopped = false
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

import { type Listener, listen, type Subscriber } from './listen.js'
import { readyClient } from './node-redis-cluster.js'
import { type IoredisClusterLike, isIoredisCluster, type NodeRedisClusterLike } from './redis-client.js'

/** How long to wait before the next node, when one does not answer. */
const pauseMs = 250

/**
 * Listens to a channel at one master of a cluster: each node passes on what any of them publishes. When that connection breaks,
 * it listens at another.
 *
 * The clients of clusters can listen by themselves, but do not tell when they have stopped: a cache must know.
 */
export function listenInCluster(
  cluster: IoredisClusterLike | NodeRedisClusterLike,
  channel: string,
  { onMessage, onState }: Listener,
): () => Promise<void> {
  const next = () => (isIoredisCluster(cluster) ? nextOfIoredis(cluster) : nextOfNodeRedis(cluster))
  let isStopped = false
  let stop = async (): Promise<void> => {}
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    const subscriber = next()
    if (subscriber === null) {
      lose()
      return
    }
    let isLost = false
    stop = listen(subscriber, channel, {
      onMessage,
      onState: (isListening) => {
        if (isLost || isStopped) return
        isLost = !isListening
        if (isListening) onState(true)
        else lose()
      },
    })
  }

  function lose(): void {
    onState(false)
    const before = stop
    timer = setTimeout(() => {
      void before() // not at once: a client that is just failing may not be closed
      start()
    }, pauseMs).unref()
  }

  start()
  return async () => {
    isStopped = true
    clearTimeout(timer)
    await stop()
  }
}

function nextOfIoredis(cluster: IoredisClusterLike): Subscriber | null {
  return anyOf(cluster.nodes('master'))?.duplicate({ lazyConnect: false }) ?? null
}

function nextOfNodeRedis(cluster: NodeRedisClusterLike): Subscriber | null {
  const ready = anyOf(cluster.masters.flatMap((node) => readyClient(node) ?? []))
  if (ready !== null) return ready.duplicate()
  // With `minimizeConnections`, a node has no client before it is asked for one.
  const node = anyOf(cluster.masters)
  if (node !== null) Promise.resolve(cluster.nodeClient(node)).catch(() => {})
  return null
}

function anyOf<T>(items: readonly T[]): T | null {
  return items[Math.floor(Math.random() * items.length)] ?? null
}

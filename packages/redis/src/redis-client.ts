/** A client that limits count through. The host makes, connects and closes it, and listens to its `error` event. */
export type RedisClient =
  | IoredisLike
  | IoredisClusterLike
  | NodeRedisLike
  | NodeRedisClusterLike
  | NodeRedisPoolLike
  | NodeRedisSentinelLike
  | UpstashLike

/** A client that a bus publishes through, and whose duplicate listens. */
export type RedisBusClient = IoredisLike | IoredisClusterLike | NodeRedisLike | NodeRedisClusterLike

/** The part of a client of `ioredis` 5 or 6 that is used. */
export interface IoredisLike {
  readonly status: string
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  duplicate(overrides: { readonly lazyConnect: false }): IoredisSubscriber
}

/** The part of a `Cluster` of `ioredis` 5 or 6 that is used. */
export interface IoredisClusterLike {
  readonly status: string
  readonly isCluster: boolean
  /** The addresses of the nodes of each hash slot, the master first. */
  readonly slots: readonly (readonly string[])[]
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  nodes(role: 'master'): readonly IoredisLike[]
}

/** The part of a second client of `ioredis` that is used: it only listens. */
export interface IoredisSubscriber {
  readonly status: string
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'ready' | 'close' | 'error', listener: () => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** The part of a client of `redis` (node-redis) 4, 5 or 6 that is used. */
export interface NodeRedisLike {
  readonly isReady: boolean
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  duplicate(): NodeRedisSubscriber
}

/** The part of a second client of `redis` that is used: it only listens. */
export interface NodeRedisSubscriber {
  readonly isReady: boolean
  on(event: 'ready' | 'reconnecting' | 'end' | 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  disconnect(): Promise<unknown>
}

/** The part of a cluster of `redis` 4, 5 or 6 (`createCluster`) that is used. */
export interface NodeRedisClusterLike {
  readonly slots: readonly { readonly master: NodeRedisClusterNode }[]
  readonly masters: readonly NodeRedisClusterNode[]
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>
  nodeClient(node: NodeRedisClusterNode): unknown
}

/** A node of a cluster of `redis`. */
export interface NodeRedisClusterNode {
  readonly address: string
}

/** The part of a pool of `redis` 5 or 6 (`createClientPool`) that is used. */
export interface NodeRedisPoolLike {
  readonly idleClients: number
  execute(task: (client: NodeRedisLike) => Promise<unknown>): Promise<unknown>
}

/** The part of a client of `redis` 5 or 6 that follows a master by sentinels (`createSentinel`) that is used. */
export interface NodeRedisSentinelLike {
  readonly isReady: boolean
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  getSentinelNode(): unknown
}

/** The part of a client of `@upstash/redis` that is used. */
export interface UpstashLike {
  createScript(script: string): unknown
  eval(script: string, keys: string[], args: string[]): Promise<unknown>
}

/** Whether the client would send a command now. Otherwise it keeps the command until it is connected again. */
export function isConnected(client: Pick<IoredisLike, 'status'> | Pick<NodeRedisLike, 'isReady'>): boolean {
  if ('isReady' in client) return client.isReady
  return client.status === 'ready' || client.status === 'wait' // a lazy client connects at its first command
}

type Fields<Name extends string> = Partial<Record<Name, unknown>> // each is checked where it is read

function has(client: RedisClient, name: string): boolean {
  return name in client
}

// What tells the clients apart. The order matters to none of them.

export function isIoredisCluster(client: RedisClient): client is IoredisClusterLike {
  const { status, isCluster, slots } = client as Fields<'status' | 'isCluster' | 'slots'>
  return typeof status === 'string' && isCluster === true && Array.isArray(slots)
}

export function isIoredis(client: RedisClient): client is IoredisLike {
  const { status } = client as Fields<'status'>
  return typeof status === 'string' && !isIoredisCluster(client)
}

export function isNodeRedisCluster(client: RedisClient): client is NodeRedisClusterLike {
  const { slots } = client as Fields<'slots'>
  return Array.isArray(slots) && has(client, 'nodeClient')
}

export function isNodeRedis(client: RedisClient): client is NodeRedisLike {
  const { isReady } = client as Fields<'isReady'>
  return typeof isReady === 'boolean' && !isNodeRedisCluster(client) && !isNodeRedisSentinel(client)
}

export function isNodeRedisSentinel(client: RedisClient): client is NodeRedisSentinelLike {
  const { isReady } = client as Fields<'isReady'>
  return typeof isReady === 'boolean' && has(client, 'getSentinelNode')
}

export function isNodeRedisPool(client: RedisClient): client is NodeRedisPoolLike {
  const { idleClients, execute } = client as Fields<'idleClients' | 'execute'>
  return typeof idleClients === 'number' && typeof execute === 'function'
}

export function isUpstash(client: RedisClient): client is UpstashLike {
  return typeof (client as Fields<'createScript'>).createScript === 'function'
}

/** Whether `client` looks like a Redis client, for callers without type checks. */
export function isRedisClient(client: unknown): client is RedisClient {
  if (client === null || typeof client !== 'object') return false
  if (typeof (client as Fields<'eval'>).eval !== 'function') return false
  const given = client as RedisClient // one of these, or refused
  const ofIoredis = isIoredis(given) || isIoredisCluster(given)
  const ofNodeRedis =
    isNodeRedis(given) || isNodeRedisCluster(given) || isNodeRedisPool(given) || isNodeRedisSentinel(given)
  return ofIoredis || ofNodeRedis || isUpstash(given)
}

/** A client that the host makes, connects and closes. The host also listens to its `error` event. */
export type RedisClient = IoredisLike | NodeRedisLike

/** The part of a client of `ioredis` 5 or 6 that is used. */
export interface IoredisLike {
  readonly status: string
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  duplicate(overrides: { readonly lazyConnect: false }): IoredisSubscriber
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

/** Whether `client` looks like a Redis client, for callers without type checks. */
export function isRedisClient(client: unknown): boolean {
  const { eval: run, status, isReady } = (client ?? {}) as Partial<Record<string, unknown>> // each is checked here
  return typeof run === 'function' && (typeof status === 'string' || typeof isReady === 'boolean')
}

/** Whether the client would send a command now. Otherwise it keeps the command until it is connected again. */
export function isConnected(client: Pick<IoredisLike, 'status'> | Pick<NodeRedisLike, 'isReady'>): boolean {
  if ('isReady' in client) return client.isReady
  return client.status === 'ready' || client.status === 'wait' // a lazy client connects at its first command
}

/**
 * Runs a script with EVAL, which sends its text each time. Redis still compiles it only once, and can never answer that the
 * script is unknown, as it does to EVALSHA after a restart.
 *
 * @throws The error of Redis or the client; at once when there is no connection.
 */
export async function runScript(
  client: RedisClient,
  script: string,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  if (!isConnected(client)) throw new Error('The Redis client is not connected')
  if ('isReady' in client) return client.eval(script, { keys: [...keys], arguments: [...args] })
  return client.eval(script, keys.length, ...keys, ...args)
}

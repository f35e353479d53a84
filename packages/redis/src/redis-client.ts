/** A client that the host has made, connects and closes, and whose `error` event it listens to. */
export type RedisClient = IoredisLike | NodeRedisLike

/** What is used of a client of `ioredis` 5 or 6. */
export interface IoredisLike {
  readonly status: string
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  duplicate(overrides: { readonly lazyConnect: false }): IoredisSubscriber
}

/** What is used of a second client of `ioredis`, which only listens. */
export interface IoredisSubscriber {
  readonly status: string
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'ready' | 'close' | 'error', listener: () => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** What is used of a client of `redis` (node-redis) 4, 5 or 6. */
export interface NodeRedisLike {
  readonly isReady: boolean
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  duplicate(): NodeRedisSubscriber
}

/** What is used of a second client of `redis`, which only listens. */
export interface NodeRedisSubscriber {
  readonly isReady: boolean
  on(event: 'ready' | 'reconnecting' | 'end' | 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  disconnect(): Promise<unknown>
}

/** Whether `client` can be one: for options that nobody has type-checked. */
export function isRedisClient(client: unknown): boolean {
  const { eval: run, status, isReady } = (client ?? {}) as Partial<Record<string, unknown>> // each is checked here
  return typeof run === 'function' && (typeof status === 'string' || typeof isReady === 'boolean')
}

/** Whether a command would be sent now. Otherwise clients keep it until they are connected again. */
export function isConnected(client: Pick<IoredisLike, 'status'> | Pick<NodeRedisLike, 'isReady'>): boolean {
  if ('isReady' in client) return client.isReady
  return client.status === 'ready' || client.status === 'wait' // which waits for its first command to connect
}

/**
 * Runs a script. Its text is sent each time, by EVAL: Redis compiles it once all the same, and can never answer that it does
 * not know it, as it does to EVALSHA after a restart (FI-12).
 *
 * @throws whatever Redis or the client answers, at once where there is no connection.
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

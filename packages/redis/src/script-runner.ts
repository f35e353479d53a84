import { InvalidOptions } from '@keywright/core'
import type { Attempt } from './circuit-breaker.js'
import { slotOf } from './hash-slot.js'
import { runOnNodeRedisCluster } from './node-redis-cluster.js'
import {
  type IoredisClusterLike,
  type IoredisLike,
  isConnected,
  isIoredis,
  isIoredisCluster,
  isNodeRedis,
  isNodeRedisCluster,
  isNodeRedisPool,
  isNodeRedisSentinel,
  isRedisClient,
  isUpstash,
  type NodeRedisLike,
  type RedisClient,
} from './redis-client.js'
import type { ScriptCall } from './script-call.js'

/**
 * Runs scripts through a client of any kind. It uses EVAL, which sends the script's text each time. Redis still compiles it only
 * once, and can never answer that the script is unknown, as it does to EVALSHA after a restart.
 */
export interface ScriptRunner {
  /** The name of the node that the keys are on now. The same for all keys, where there is one node. */
  nodeOf(keys: readonly string[]): string
  /** Rejects with the error of Redis or the client; at once when there is no connection. */
  run(call: ScriptCall, attempt: Attempt): Promise<unknown>
}

/** @throws {@link InvalidOptions} when `client` is none that is known. */
export function scriptRunner(client: RedisClient): ScriptRunner {
  if (!isRedisClient(client)) throw new InvalidOptions('client', 'a client of ioredis, redis or @upstash/redis')
  if (isIoredisCluster(client)) {
    return {
      // Without an address, the client asks any node, and is told the right one.
      nodeOf: (keys) => client.slots[slotOf(keys)]?.[0] ?? '',
      run: (call) => runOnIoredis(client, call),
    }
  }
  if (isNodeRedisCluster(client)) {
    return {
      nodeOf: (keys) => client.slots[slotOf(keys)]?.master.address ?? '',
      run: (call, attempt) => runOnNodeRedisCluster(client, call, attempt),
    }
  }
  return { nodeOf: () => '', run: runnerOfOne(client) }
}

function runnerOfOne(client: Exclude<RedisClient, IoredisClusterLike>): ScriptRunner['run'] {
  if (isIoredis(client)) return (call) => runOnIoredis(client, call)
  if (isNodeRedis(client) || isNodeRedisSentinel(client)) return (call) => runOnNodeRedis(client, call)
  if (isNodeRedisPool(client)) {
    return (call, attempt) =>
      client.execute(async (one) => {
        // The pool keeps work until it has a connection. By then, the call may have been decided without Redis.
        if (attempt.isOver) throw notConnected()
        return runOnNodeRedis(one, call)
      })
  }
  if (isUpstash(client)) return ({ script, keys, args }) => client.eval(script, [...keys], [...args])
  throw new InvalidOptions('client', 'a client of ioredis, redis or @upstash/redis')
}

async function runOnIoredis(
  client: Pick<IoredisLike, 'status' | 'eval'>,
  { script, keys, args }: ScriptCall,
): Promise<unknown> {
  if (!isConnected(client)) throw notConnected()
  return client.eval(script, keys.length, ...keys, ...args)
}

async function runOnNodeRedis(
  client: Pick<NodeRedisLike, 'isReady' | 'eval'>,
  { script, keys, args }: ScriptCall,
): Promise<unknown> {
  if (!isConnected(client)) throw notConnected()
  return client.eval(script, { keys: [...keys], arguments: [...args] })
}

function notConnected(): Error {
  return new Error('The Redis client is not connected')
}

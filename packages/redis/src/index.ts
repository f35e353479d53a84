export { RateLimiterUnavailable } from './rate-limiter-unavailable.js'
export { type RedisBusOptions, redisBus } from './redis-bus.js'
export type {
  IoredisClusterLike,
  IoredisLike,
  IoredisSubscriber,
  NodeRedisClusterLike,
  NodeRedisClusterNode,
  NodeRedisLike,
  NodeRedisPoolLike,
  NodeRedisSentinelLike,
  NodeRedisSubscriber,
  RedisBusClient,
  RedisClient,
  UpstashLike,
} from './redis-client.js'
export { type RedisFailureLimiterOptions, redisFailureLimiter } from './redis-failure-limiter.js'
export { type RedisRateLimiterOptions, redisRateLimiter } from './redis-rate-limiter.js'

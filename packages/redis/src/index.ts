export { type RedisBusOptions, redisBus } from './redis-bus.js'
export type {
  IoredisLike,
  IoredisSubscriber,
  NodeRedisLike,
  NodeRedisSubscriber,
  RedisClient,
} from './redis-client.js'
export {
  RateLimiterUnavailable,
  type RedisRateLimiterOptions,
  redisRateLimiter,
} from './redis-rate-limiter.js'

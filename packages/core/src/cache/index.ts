export type { CacheEvent } from './cache-event.js'
export type { CacheOptions } from './cache-options.js'
export { keyReader } from './key-reader.js'
export type { KeyReader } from './reader-types.js'

export type { CacheEvent } from './cache-event.js'
export type { CacheOptions } from './cache-options.js'
export { type KeyReader, keyReader } from './key-reader.js'

export { argon2id } from './argon2id.js'
export { HasherBusy } from './hasher-busy.js'
export type { Argon2idOptions } from './parse-options.js'

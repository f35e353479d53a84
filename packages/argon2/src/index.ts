export { argon2id } from './argon2id.js'
export type { Argon2idOptions } from './options.js'
export { HasherBusy } from './slots.js'

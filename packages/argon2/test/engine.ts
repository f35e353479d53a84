import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The object that the hasher calls: a spy on it sees each hash that is made. */
export const engine: typeof import('@node-rs/argon2') = require('@node-rs/argon2')

export { type GuardOptions, requireKey } from './require-key.js'

export { readRequirements, type VerifyOptions } from './verify-options.js'

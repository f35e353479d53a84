export { didYouMean, nearest } from './did-you-mean.js'
export { type CheckNamesOptions, checkNames, type NamesOf } from './known-names.js'
export { isKeyId, parseSecrets } from './secrets-by-id.js'
export { type Invalid, type WholeNumberRange, wholeNumber } from './whole-number.js'

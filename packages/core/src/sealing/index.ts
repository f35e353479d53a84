export { type RewrapResult, rewrapSeals } from './rewrap.js'

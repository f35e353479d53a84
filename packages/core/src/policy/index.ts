export { breaksPolicy, defaultEnd, type HeldKey, requirePolicy } from './breaches.js'
export { type KeyPolicy, type PolicyInput, readPolicy, refusesAny, stricterPolicy } from './key-policy.js'

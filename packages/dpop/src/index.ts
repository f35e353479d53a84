export { dpopProofs } from './dpop-proofs.js'
export type { DpopAlgorithm, DpopNonceOptions, DpopProofsOptions } from './options.js'

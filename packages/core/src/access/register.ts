import type { Access } from './access.js'

/**
 * Where a product says, once, which access model its process uses, so that `req.principal` and its like know its names:
 *
 * ```ts
 * declare module '@keywright/core' {
 *   interface Register {
 *     access: typeof access
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled in by the product
export interface Register {}

/** The product's access model, where it was registered; any other accepts every name, and checks it at run time. */
export type RegisteredAccess = Register extends { readonly access: infer A extends Access } ? A : Access

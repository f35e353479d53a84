import type { Access } from './access.js'

/**
 * Declares the access model of the process, once, so that `req.principal` and its counterparts in other frameworks have its
 * types:
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

/** The access model in {@link Register}. Without one, any name compiles, and is checked at run time. */
export type RegisteredAccess = Register extends { readonly access: infer A extends Access } ? A : Access

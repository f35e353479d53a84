import type { ChildClaims } from '../child-token/index.js'

/** What a presented delegated token is to the key that was found for it. */
export type ChildMatch =
  | {
      readonly outcome: 'delegate'
      /** The token's own id. */
      readonly id: string
      /** Of which token of the key it is. */
      readonly of: 'current' | 'previous'
      readonly claims: ChildClaims
    }
  /** It is genuine, and the token of the key that it comes from works no more; or it was passed on too often. */
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'mismatch' | 'misconfigured' }

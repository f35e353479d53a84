/** The owner of a key. A user's key acts as that user within one organization. */
export type Owner =
  | { readonly type: 'user'; readonly id: string; readonly organizationId: string }
  | { readonly type: 'organization'; readonly id: string }

/** The person, key or program that performs a management action. */
export type Actor =
  | { readonly type: 'user'; readonly id: string }
  | {
      readonly type: 'key'
      readonly id: string
      /**
       * Which of its tokens the key came with, as `principal.actor` says it. While a rotation is in grace, only `'current'` may
       * manage keys; so it is always where the keyring has `delegates`. Not kept in the audit log.
       */
      readonly token?: 'current' | 'previous' | 'delegate'
    }
  | { readonly type: 'system'; readonly id: string }

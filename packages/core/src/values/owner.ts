/** Whom a key belongs to. A user's key acts as that user within one organisation. */
export type Owner =
  | { readonly type: 'user'; readonly id: string; readonly organizationId: string }
  | { readonly type: 'organization'; readonly id: string }

/** Who performs a management action. */
export type Actor =
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'key'; readonly id: string }
  | { readonly type: 'system'; readonly id: string }

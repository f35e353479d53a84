import type { Actor, OwnerAuthority } from '@keywright/core'

/** The sender of a management request, as `authenticate` returns it. */
export interface Caller {
  /**
   * A person who is signed in to the product, or, with `allowKeys`, an API key: its `principal.actor`, which says which token of
   * the key came. After a rotation, the previous token manages nothing.
   */
  readonly actor: Extract<Actor, { type: 'user' | 'key' }>
  /** What the caller may do now, in the organisation of the request: scopes and roles. */
  readonly authority: Pick<OwnerAuthority, 'scopes' | 'roles'>
  /**
   * Whether the browser adds the credentials by itself, as it does with cookies. Such requests must come from a page of the
   * same origin or of one in `origins`. Return `false` for credentials in a header such as `Authorization`.
   *
   * @defaultValue true, which is the safe choice
   */
  readonly ambient?: boolean | undefined
}

import type { Actor, OwnerAuthority } from '@keywright/core'

/** Who sends a management request: the host's answer to `authenticate`. */
export interface Caller {
  /** A person of the host's own login, or, where `allowKeys` is on, an API key. */
  readonly actor: Extract<Actor, { type: 'user' | 'key' }>
  /** What the caller may do now, in the organisation of the request. */
  readonly authority: Pick<OwnerAuthority, 'scopes' | 'roles'>
  /**
   * Whether the browser sent the credentials by itself, as it sends cookies: such requests must come from the host's own
   * pages (MGMT-6). @defaultValue true: the careful answer
   */
  readonly ambient?: boolean | undefined
}

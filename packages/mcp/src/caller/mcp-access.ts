import type { Access, LevelsOf, RegisteredAccess, ScopeOf } from '@keywright/core'

/**
 * What a tool, prompt or resource requires of its caller.
 *
 * @typeParam A - The access model, such as `typeof access`: the compiler then knows its scopes and resource types.
 */
export type McpAccess<A extends Access = RegisteredAccess> =
  /** Any live key may use it. Nothing is public by default: a tool without `scoped` is denied. */
  | 'public'
  | {
      /** The caller must have all of these. */
      readonly scopes: readonly ScopeOf<A>[]
      /**
       * The resource on which the resource scopes among `scopes` are required. It is called twice: first with the client's
       * unvalidated arguments, then with the arguments that the handler gets. If it throws the first time, or returns an `id`
       * that is not a string, the call is denied. If it throws with the arguments of the handler, or does not answer within 5
       * seconds, the call is refused as `auth_unavailable`.
       *
       * @defaultValue none: only scopes that are not bound to a resource may be required
       */
      readonly on?: (args: Readonly<Record<string, unknown>>) => AccessTarget<A> | Promise<AccessTarget<A>>
      /** How many units of the key's rate limits one call of this tool uses. @defaultValue 1 */
      readonly cost?: number | undefined
      /**
       * `'owner'`: the host asks the owner of the key before the tool runs, with the option `approve` of {@link createMcpAuth}. For
       * tools only. The scopes are checked first. @defaultValue nobody is asked
       */
      readonly approve?: 'owner' | undefined
    }

/** The resource that a call is about, before its `id` was checked. `null` denies the call. */
export type AccessTarget<A extends Access = RegisteredAccess> = {
  readonly type: keyof LevelsOf<A> & string
  readonly id: unknown
} | null

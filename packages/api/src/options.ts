import type { Access, RateLimiter, ScopeOf } from '@keywright/core'
import type { Caller } from './caller.js'

/** Something that a person may choose a key to reach. */
export interface ResourceChoice {
  readonly id: string
  readonly name: string
}

/** Which scope of the product's catalogue each kind of request needs; `'anyone'`, said aloud: any caller of the organisation. */
export interface Permissions<S extends string = string> {
  /** To see one's own keys. @defaultValue 'api_keys.read' */
  readonly read?: S | 'anyone' | undefined
  /** To create and change one's own keys. @defaultValue 'api_keys.create' */
  readonly create?: S | 'anyone' | undefined
  /** To disable, revoke and delete one's own keys. @defaultValue 'api_keys.revoke' */
  readonly revoke?: S | 'anyone' | undefined
  /** To do all of that with the keys of others, and of the organisation. @defaultValue 'api_keys.manage_all' */
  readonly manageAll?: S | 'anyone' | undefined
  /** To show a token again, beside fresh authentication. @defaultValue 'api_keys.reveal' */
  readonly reveal?: S | 'anyone' | undefined
  /** To read the audit log. @defaultValue 'audit.read' */
  readonly auditRead?: S | 'anyone' | undefined
  /** To export it. @defaultValue 'audit.export' */
  readonly auditExport?: S | 'anyone' | undefined
}

/** Options of `managementApi`. */
export interface ManagementApiOptions<A extends Access = Access> {
  /**
   * The host's own login: who sends this request, by a session that was looked up now and not by a cached copy (MGMT-3).
   * `null`: nobody, and the answer is 401. What it throws is an outage: 503.
   */
  readonly authenticate: (request: Request) => Caller | null | Promise<Caller | null>
  /** The organisation that the request is about, of which the caller is a member. `null`: none, and the answer is 403. */
  readonly organization: (request: Request, caller: Caller) => string | null | Promise<string | null>
  /** Where the handler is mounted. @defaultValue '/api/api-keys' */
  readonly basePath?: string | undefined
  readonly permissions?: Permissions<ScopeOf<A>> | undefined
  /** Lets API keys manage keys, within their own rights; never reveal (MGMT-4). The keyring must allow it, too. @defaultValue false */
  readonly allowKeys?: boolean | undefined
  /** Whether the caller has proved who they are within `maxAgeMs`. Without it, nothing is revealed (ENC-6). @defaultValue nobody has */
  readonly assertFresh?: ((request: Request, maxAgeMs: number) => boolean | Promise<boolean>) | undefined
  /** Where reveals are counted, 5 an hour for each person. @defaultValue `memoryRateLimiter()`: each process counts its own */
  readonly revealLimiter?: RateLimiter | undefined
  /** The client's address, for the audit log; behind proxies, what `clientIp` of `@keywright/core/http` makes of it. @defaultValue unknown */
  readonly clientIp?: ((request: Request) => string | null | Promise<string | null>) | undefined
  /** How long the host's own functions may take, 1 to 60000: then the answer is 503. @defaultValue 5000 */
  readonly hostTimeoutMs?: number | undefined
  /** Told why an answer was 503, for the log: the client is not. @defaultValue nobody */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Origins of pages, other than the API's own, that may send requests with cookies, and read the answers. @defaultValue none: no CORS headers (HTTP-13) */
  readonly origins?: readonly string[] | undefined
  /** By resource type: what a caller may choose from, for pickers. @defaultValue none */
  readonly resources?:
    | Readonly<
        Record<string, (caller: Caller, organizationId: string, search: string) => Promise<readonly ResourceChoice[]>>
      >
    | undefined
}

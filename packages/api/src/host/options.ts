import type { Access, RateLimit, RateLimiter, ScopeOf } from '@keywright/core'
import type { Caller } from './caller.js'
import type { HostNames, IdsToName } from './names.js'
import type { WebhookManager } from './webhook-manager.js'

/** A resource that a key can be given, or a person. */
export interface ResourceChoice {
  readonly id: string
  /** The name that people see. */
  readonly name: string
}

/**
 * The scope that each kind of request needs. `'anyone'` means every caller of the organisation. If a default scope is not in
 * your catalog, nobody has its permission.
 */
export interface Permissions<S extends string = string> {
  /** To see one's own keys, with statistics and usage. @defaultValue 'api_keys.read' */
  readonly read?: S | 'anyone'
  /** To create, change and rotate one's own keys, and to enable those that one disabled oneself. @defaultValue 'api_keys.create' */
  readonly create?: S | 'anyone'
  /** To disable, revoke and delete one's own keys. @defaultValue 'api_keys.revoke' */
  readonly revoke?: S | 'anyone'
  /**
   * To do the same with the keys of other people and of the organisation. If you name another scope, name it as `manageScope` of
   * the keyring as well: by that, a key that one administrator disabled is enabled by another.
   *
   * @defaultValue 'api_keys.manage_all'
   */
  readonly manageAll?: S | 'anyone'
  /**
   * To show a token again, also as the answer to a request that is sent again with its `Idempotency-Key`. `assertFresh` must
   * return `true` as well.
   *
   * @defaultValue 'api_keys.reveal'
   */
  readonly reveal?: S | 'anyone'
  /** To read the audit log. @defaultValue 'audit.read' */
  readonly auditRead?: S | 'anyone'
  /** To export the audit log. @defaultValue 'audit.export' */
  readonly auditExport?: S | 'anyone'
  /**
   * To see the webhooks of one's own keys, and what was sent to them; with `manageAll`, also those of other keys, and how all of them
   * are doing.
   *
   * @defaultValue 'webhooks.read'
   */
  readonly webhooksRead?: S | 'anyone'
  /**
   * To attach webhooks to one's own keys, and to change, test and delete them; with `manageAll`, also those of other keys.
   *
   * @defaultValue 'webhooks.manage'
   */
  readonly webhooksManage?: S | 'anyone'
}

/** Security schemes of an OpenAPI document, by name. Each is a way of its own to authenticate. */
export type SecuritySchemes = Readonly<
  Record<
    string,
    | {
        readonly type: 'apiKey'
        readonly in: 'cookie' | 'header' | 'query'
        readonly name: string
        readonly description?: string
      }
    | {
        readonly type: 'http'
        readonly scheme: string
        readonly bearerFormat?: string
        readonly description?: string
      }
    | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string; readonly description?: string }
  >
>

/** Options of `managementApi`. */
export interface ManagementApiOptions<A extends Access = Access> {
  /**
   * Returns who sends the request, or `null` if nobody is signed in: the answer is then 401. Look the session up at each
   * request, so that a signed-out session ends at once. If it throws, the answer is 503.
   */
  readonly authenticate: (request: Request) => Caller | null | Promise<Caller | null>
  /**
   * Returns the id of the organisation that the request is about, or `null` if the caller is not a member of it: the answer is
   * then 403. Check the membership here; nothing else does. If it throws, the answer is 503.
   */
  readonly organization: (request: Request, caller: Caller) => string | null | Promise<string | null>
  /**
   * The path that clients ask for, without a slash at its end. Letters, digits and `.`, `_`, `~`, `-` are allowed in its parts.
   *
   * @defaultValue '/api/api-keys'
   */
  readonly basePath?: string | undefined
  /** Other scopes for the permissions. @defaultValue the scopes that {@link Permissions} names */
  readonly permissions?: Permissions<ScopeOf<A>>
  /**
   * Lets API keys manage keys within their own rights. The option `allowKeyManagement` of the keyring must be on as well. A key
   * never shows a token.
   *
   * @defaultValue false
   */
  readonly allowKeys?: boolean | undefined
  /**
   * Returns whether the caller has signed in within the last `maxAgeMs` milliseconds (300000). A token is shown again only
   * if it returns `true`. If it throws, the answer is 503.
   *
   * @defaultValue `false` for everybody: no token is shown again
   */
  readonly assertFresh?: ((request: Request, maxAgeMs: number) => boolean | Promise<boolean>) | undefined
  /**
   * Counts how often each person shows a token again: at most 5 times an hour.
   *
   * @defaultValue `memoryRateLimiter()`, which counts in this process only
   */
  readonly revealLimiter?: RateLimiter | undefined
  /**
   * How many requests each caller may send, a person or an API key, by names that stand in `RateLimit-Policy`: 1 to 8 limits, with
   * windows in milliseconds. One too many is 429. `null`: as many as they like.
   *
   * @defaultValue `{ api: { limit: 600, windowMs: 60_000 } }`
   */
  readonly rateLimits?: Readonly<Record<string, RateLimit>> | null | undefined
  /**
   * Counts the requests of each caller. If it fails or is late, the answer is 503. It may be the limiter of the keyring: it counts
   * under names of its own.
   *
   * @defaultValue `memoryRateLimiter()`, which counts in this process only
   */
  readonly rateLimiter?: RateLimiter | undefined
  /**
   * Whether `PATCH` must say with `If-Match` which version of the key it changes: without, the answer is 428. The form of a page
   * that was open for an hour then never undoes what others changed.
   *
   * @defaultValue `false`: `If-Match` is heeded where a client sends it
   */
  readonly requireIfMatch?: boolean | undefined
  /**
   * Serves `POST …/revoke` in the form of RFC 7009: whoever holds a token revokes its key, without a login. Wrong tokens count as failed
   * attempts of the client's network, so set `clientIp` here and `failureLimit` of the keyring.
   *
   * @defaultValue false
   */
  readonly tokenRevocation?: boolean | undefined
  /**
   * Returns the IP address of the client for the audit log, or `null`. Behind proxies, use `clientIp` of
   * `@keywright/core/http`. If it throws, the answer is 503.
   *
   * @defaultValue the audit log has no address
   */
  readonly clientIp?: ((request: Request) => string | null | Promise<string | null>) | undefined
  /**
   * How long each function in these options may take, in milliseconds, from 1 to 60000. After that, the answer is 503.
   *
   * @defaultValue 5000
   */
  readonly hostTimeoutMs?: number | undefined
  /**
   * How clients authenticate, for the OpenAPI document: the name of your session's cookie, for example. It decides nothing:
   * `authenticate` does.
   *
   * @defaultValue a cookie named `session`, and an API key as `Authorization: Bearer` or as `X-API-Key`
   */
  readonly securitySchemes?: SecuritySchemes | undefined
  /** Gets the error behind each answer with status 503, for your log. The client does not see it. @defaultValue none */
  readonly onError?: ((error: unknown) => void) | undefined
  /**
   * Other origins whose pages may send requests with cookies and read the responses, such as `https://app.example.com`. An
   * origin has no path and no wildcard.
   *
   * @defaultValue none: only pages of the API's own origin, and no CORS headers
   */
  readonly origins?: readonly string[] | undefined
  /**
   * For each resource type, a function that lists the resources that the caller can choose from. `search` is what the person
   * has typed, at most 100 characters. If the function throws, the answer is 503.
   *
   * @defaultValue none: `GET /resources/:type` answers 404
   */
  readonly resources?:
    | Readonly<
        Record<string, (caller: Caller, organizationId: string, search: string) => Promise<readonly ResourceChoice[]>>
      >
    | undefined
  /**
   * Returns the names of people and resources of an organisation, which the API shows beside their ids in keys, webhooks and audit
   * records. It is asked once a page, with each id once. If it throws or is late, all names are `null`, and `onError` hears of it; a
   * name must have 1 to 200 printable characters.
   *
   * @defaultValue none: answers have ids alone
   */
  readonly describe?: ((ids: IdsToName, organizationId: string) => HostNames | Promise<HostNames>) | undefined
  /**
   * Lists the people whose keys a caller can choose to see, for pages of those who manage all keys. `search` is what the person has
   * typed, at most 100 characters. The first 100 are shown. If it throws, the answer is 503.
   *
   * @defaultValue none: `GET /people` answers 404
   */
  readonly people?:
    | ((caller: Caller, organizationId: string, search: string) => Promise<readonly ResourceChoice[]>)
    | undefined
  /**
   * The webhooks of the same keyring, as `webhooks` of `@keywright/webhooks` returns them: people then manage them here. The API
   * sends none but test events; whatever process calls `start` sends the rest.
   *
   * @defaultValue none: what is asked of webhooks is answered with 404
   */
  readonly webhooks?: WebhookManager | undefined
}

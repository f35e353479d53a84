import { InvalidOptions } from '@keywright/core'
import { checkNames, isStringArray, type NamesOf, type ReplyTarget, sendReply } from '@keywright/core/adapter'
import type { Reply } from '@keywright/core/http'
import { isScopeToken } from '../rpc/scope-token.js'
import { checkDocsUrl } from './check-docs-url.js'
import { secretHeaders } from './header-names.js'

/** Options of {@link serveResourceMetadata}. */
export interface ResourceMetadataOptions {
  /**
   * The URL of the endpoint, as people enter it into their client: without a query and without a fragment.
   *
   * @example
   * ```ts
   * resource: 'https://example.com/mcp'
   * ```
   */
  readonly resource: string
  /**
   * The issuers of the authorization servers where people sign in, at least one.
   *
   * @example
   * ```ts
   * authorizationServers: ['https://login.example.com']
   * ```
   */
  readonly authorizationServers: readonly string[]
  /**
   * The scopes that a client may ask for.
   *
   * @defaultValue none: the metadata names no scopes
   *
   * @example
   * ```ts
   * scopesSupported: [...access.scopes.keys(), 'offline_access']
   * ```
   */
  readonly scopesSupported?: readonly string[]
  /**
   * The page for people who write a client, or who want a key.
   *
   * @defaultValue none: the metadata names no page
   *
   * @example
   * ```ts
   * docsUrl: 'https://example.com/docs/mcp'
   * ```
   */
  readonly docsUrl?: string | undefined
  /**
   * The headers that may have a key, as in {@link McpAuthOptions.headers}.
   *
   * @defaultValue ['X-API-Key']
   *
   * @example
   * ```ts
   * headers: ['X-Acme-Key']
   * ```
   */
  readonly headers?: readonly string[] | undefined
}

const optionNames: NamesOf<ResourceMetadataOptions> = {
  resource: true,
  authorizationServers: true,
  scopesSupported: true,
  docsUrl: true,
  headers: true,
}

/** The part of a request that tells whether it asks for the metadata. */
interface MetadataRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Middleware that tells OAuth clients where people sign in: it serves the metadata of the endpoint at
 * `/.well-known/oauth-protected-resource`, followed by the endpoint's path. Name its URL in the option `resourceMetadataUrl` of
 * {@link createMcpAuth}, so that clients find it. Every other request is passed on.
 *
 * A request that has a key is answered with 404: a client that is told of an authorization server sends it all its headers. People
 * who sign in have no credential yet when they ask.
 *
 * @throws {@link InvalidOptions} when an option is missing, wrong or unknown.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728 | RFC 9728}
 *
 * @example
 * ```ts
 * app.use(
 *   serveResourceMetadata({
 *     resource: 'https://example.com/mcp',
 *     authorizationServers: ['https://login.example.com'],
 *   }),
 * )
 * ```
 */
export function serveResourceMetadata(
  options: ResourceMetadataOptions,
): (req: MetadataRequest, res: ReplyTarget, next: () => void) => void {
  const answer = metadataOf(options)
  return function serveResourceMetadata(req, res, next) {
    const reply = answer(req.method ?? 'GET', req.originalUrl ?? req.url ?? '/', (name) => name in (req.headers ?? {}))
    if (reply === null) next()
    else sendReply(res, reply)
  }
}

/**
 * The same for fetch hosts: the response, or `undefined` for any other request.
 *
 * @throws {@link InvalidOptions} when an option is missing, wrong or unknown.
 *
 * @example
 * ```ts
 * app.use(async (c, next) => resourceMetadataResponse(c.req.raw, metadata) ?? next())
 * ```
 */
export function resourceMetadataResponse(request: Request, options: ResourceMetadataOptions): Response | undefined {
  const { method, url, headers } = request
  const reply = metadataOf(options)(method, url, (name) => headers.has(name))
  if (reply === null) return undefined
  // A 204 has no body, also no empty one.
  return new Response(reply.body === '' ? null : reply.body, { status: reply.status, headers: reply.headers })
}

/** Answers a request for the metadata, and returns `null` for any other. Names of headers come in lower case. */
type Answer = (method: string, url: string, hasHeader: (name: string) => boolean) => Reply | null

function metadataOf(options: ResourceMetadataOptions): Answer {
  const { resource, authorizationServers, scopesSupported, docsUrl, headers } = parseOptions(options)
  const credentials = [...secretHeaders(headers)]
  const { pathname } = new URL(resource)
  const path = `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
  const body = JSON.stringify({
    resource,
    authorization_servers: authorizationServers,
    scopes_supported: scopesSupported,
    bearer_methods_supported: ['header'],
    resource_documentation: docsUrl,
  })
  // Clients that run in a browser read it, too.
  const shared = { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-store' }
  const json = { ...shared, 'Content-Type': 'application/json' }
  return (method, url, hasHeader) => {
    if (!URL.canParse(url, 'http://localhost') || new URL(url, 'http://localhost').pathname !== path) return null
    if (credentials.some(hasHeader)) return { status: 404, headers: json, body: notForKeys }
    if (method === 'GET') return { status: 200, headers: json, body }
    if (method === 'HEAD') return { status: 200, headers: json, body: '' }
    const allow = 'GET, HEAD, OPTIONS'
    if (method !== 'OPTIONS') return { status: 405, headers: { ...shared, Allow: allow }, body: '' }
    const preflight = { 'Access-Control-Allow-Methods': allow, 'Access-Control-Allow-Headers': '*' }
    return { status: 204, headers: { ...shared, ...preflight }, body: '' }
  }
}

/** An error as RFC 6749 has it, so that clients show its text. */
const notForKeys = JSON.stringify({
  error: 'invalid_request',
  error_description:
    'This request has a key, and no authorization server issues keys. Check the key, or leave it out to sign in.',
})

function parseOptions(options: ResourceMetadataOptions): ResourceMetadataOptions {
  checkNames(options, optionNames, { defined: ['scopesSupported'] })
  const { resource, authorizationServers, scopesSupported, docsUrl, headers = [] } = options
  if (!isIdentifier(resource)) throw new InvalidOptions('resource', 'an http(s) URL without a query or a fragment')
  if (
    !isStringArray(authorizationServers) ||
    authorizationServers.length === 0 ||
    !authorizationServers.every(isIdentifier)
  ) {
    throw new InvalidOptions('authorizationServers', 'a list of at least one http(s) URL without a query or a fragment')
  }
  if (scopesSupported !== undefined && !(isStringArray(scopesSupported) && scopesSupported.every(isScopeToken))) {
    throw new InvalidOptions('scopesSupported', 'an array of OAuth scopes')
  }
  checkDocsUrl(docsUrl)
  if (!isStringArray(headers)) throw new InvalidOptions('headers', 'an array of names of headers')
  return options
}

/** Whether a URL can identify a resource or an issuer. Clients compare both with what they have, without a query. */
function isIdentifier(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/[?#]/.test(url)
}

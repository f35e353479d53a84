import type { Access, Gate, GateOptions, Keyring, Principal, RegisteredAccess, TrustedProxies } from '@keywright/core'
import {
  answerHeaders,
  checkNames,
  gateFor,
  isForFallback,
  type NamesOf,
  nodeRequest,
  readFallback,
} from '@keywright/core/adapter'
import type { FastifyContextConfig, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { watchRoutes } from './assert-guarded.js'
import { type Fallback, type GuardedRequest, isGuarded, parseRouteConfig } from './route-config.js'
import { trustOf } from './trust-of.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The authenticated caller, on routes with a guard. It is `undefined` without a guard, and for a request that passed without a
     * key. Use {@link principalOf} where requests without a key may pass.
     */
    principal: Principal<RegisteredAccess>
  }
}

/**
 * The rules of {@link keywright} for all routes. The rules of one route are in its `config`. Events name each request by its
 * `request.id`.
 */
export interface KeywrightOptions extends Pick<GateOptions, 'realm' | 'headers' | 'requireHttps' | 'timeoutMs'> {
  /**
   * The proxies in front of this server, as in every guard. `'framework'`: those of Fastify's own option `trustProxy`.
   * @defaultValue none: the client is at the other end of the socket
   */
  readonly trustedProxies?: TrustedProxies | 'framework' | undefined
  /**
   * Requires an active key on every route that does not have `config: { key: false }`.
   * @defaultValue false: only routes with a rule in their `config` have a guard
   */
  readonly everyRoute?: boolean | undefined
}

const optionNames: NamesOf<KeywrightOptions> = {
  everyRoute: true,
  realm: true,
  headers: true,
  trustedProxies: true,
  requireHttps: true,
  timeoutMs: true,
}

interface Guard {
  readonly gate: Gate<Principal | null, GuardedRequest>
  readonly fallback: Fallback | undefined
}

/**
 * Creates a plugin that guards each route with `scopes`, `anyOf`, `key`, `optional`, `resource` or `fallback` in its `config`. The
 * guard runs in `onRequest`, before the body is read. It sets `request.principal` to the caller, and answers other requests itself.
 *
 * Await the registration of the plugin: it checks the rules of each route that is added later. It also guards routes that were
 * added before, but checks their rules only on their first request, which then fails with 500; a warning of the process says so
 * when the app is ready.
 *
 * @throws {@link InvalidOptions} when an option is malformed; and, while a route is added, when a rule in its `config` is.
 * @throws {@link ScopeUnknown}, while a route is added, when a scope is not in the catalog.
 *
 * @example
 * ```ts
 * await app.register(keywright(keyring))
 * app.get('/members', { config: { scopes: ['members.read'] } }, async (request) => {
 *   return { askedBy: request.principal.user }
 * })
 * ```
 */
export function keywright<A extends Access>(
  keyring: Keyring<A>,
  options: KeywrightOptions = {},
): FastifyPluginCallback {
  checkNames(options, optionNames)
  const { everyRoute = false, ...shared } = options
  const guards = new WeakMap<FastifyContextConfig, Guard>()
  const open = (config: FastifyContextConfig): Guard => {
    const wanted = parseRouteConfig(config)
    const fallback = readFallback(wanted)
    // The gate checks the scopes at run time, so the cast below loses nothing.
    const { fallback: _, ...asked } = wanted
    const requestId = ({ id }: GuardedRequest) => id
    const gate = gateFor(
      keyring as Keyring,
      { requestId, ...asked, ...shared },
      { hasFallback: fallback !== undefined, tellsTrust: true },
    )
    return { gate, fallback }
  }
  // Throws now if an option is wrong, not when the first route is added.
  gateFor(keyring as Keyring, shared, { hasFallback: false, tellsTrust: true })
  const asksFastify = shared.trustedProxies === 'framework'

  return fastifyPlugin(
    (app, _, done) => {
      if (!app.hasRequestDecorator('principal')) app.decorateRequest('principal')
      watchRoutes(app, (config) => isGuarded(config, everyRoute))
      app.addHook('onRoute', ({ config = {} }) => {
        if (isGuarded(config, everyRoute)) open(config)
      })
      app.addHook('onRequest', async (request, reply) => {
        const { config } = request.routeOptions
        if (request.is404 || !isGuarded(config, everyRoute)) return
        const guard = guards.get(config) ?? open(config)
        guards.set(config, guard)
        return enforce(guard, asksFastify, request, reply)
      })
      done()
    },
    { name: '@keywright/fastify', fastify: '5.x' },
  )
}

async function enforce(
  { gate, fallback }: Guard,
  asksFastify: boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const asked = nodeRequest(request.raw, request.originalUrl)
  // The parameters are strings: no schema has changed them yet.
  const verdict = await gate(asksFastify ? { ...asked, trusts: trustOf(request) } : asked, request as GuardedRequest)
  if (verdict.ok) {
    answerHeaders(verdict.headers, {
      get: (name) => reply.getHeader(name),
      set: (name, value) => reply.header(name, value),
    })
    // In `Register`, the product declares that the keyring has its only access model.
    if (verdict.principal !== null) request.principal = verdict.principal as Principal<RegisteredAccess>
    return
  }
  if (fallback !== undefined && isForFallback(verdict)) return logIn(fallback, request, reply)
  const { status, headers, body } = verdict.reply
  // Sent as bytes: to a string, Fastify adds a charset, which this media type does not have.
  return reply.code(status).headers(headers).send(Buffer.from(body))
}

/** Settles when the login calls `next` or fails. If the login answers itself, the promise stays pending and nothing else runs. */
function logIn(fallback: Fallback, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  return new Promise((resolve, reject) => {
    const login = fallback.call(request.server, request, reply, (error) => (error ? reject(error) : resolve()))
    Promise.resolve(login).catch(reject)
  })
}

/**
 * Returns the caller, or `null` for a request without a key. Use it on routes with the rule `optional` or `fallback`.
 *
 * @example
 * ```ts
 * app.get('/news', { config: { optional: true } }, async (request) => {
 *   return { askedBy: principalOf(request)?.user ?? null }
 * })
 * ```
 */
export function principalOf(request: FastifyRequest): Principal<RegisteredAccess> | null {
  return request.principal ?? null
}

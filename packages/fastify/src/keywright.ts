import {
  type Access,
  createGate,
  type Gate,
  type GateOptions,
  type GateRequest,
  type Keyring,
  type Principal,
  type RegisteredAccess,
} from '@keywright/core'
import { answerHeaders, fieldLines, isForOrElse, readOrElse } from '@keywright/core/http'
import type { FastifyContextConfig, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { watchRoutes } from './assert-guarded.js'
import { type GuardedRequest, isGuarded, type OrElse, readRouteConfig } from './route-config.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The authenticated caller, on a route with `config.scopes` or `config.key`. Elsewhere it is not set, so that to ask it
     * anything throws: where requests without a key may pass, ask `principalOf`.
     */
    principal: Principal<RegisteredAccess>
  }
}

/** Options of {@link keywright}, for all routes. What one route asks for stands in its `config`. */
export interface KeywrightOptions extends Pick<GateOptions, 'realm' | 'trustedProxies' | 'requireHttps' | 'timeoutMs'> {
  /** Asks for a live key on every route that does not say `config: { key: false }`. @defaultValue false: where config asks */
  readonly everyRoute?: boolean | undefined
}

interface Guard {
  readonly gate: Gate<Access, GuardedRequest, boolean>
  readonly orElse: OrElse | undefined
}

/**
 * Makes the plugin that guards each route whose `config` names `scopes`, `anyOf` or `key`, in `onRequest`: before the body is
 * read. `request.principal` is then the caller; every other request is answered here.
 *
 * Await its registration: a route is checked when it is added, and only by a plugin that has been loaded. One added earlier is
 * guarded too, but a misspelt scope is found on its first request, which ends in 500.
 *
 * @throws InvalidOptions or ScopeUnknown, when a route is added, for scopes that no key can have.
 */
export function keywright<A extends Access>(
  keyring: Keyring<A>,
  options: KeywrightOptions = {},
): FastifyPluginCallback {
  const { everyRoute = false, ...shared } = options
  const guards = new WeakMap<FastifyContextConfig, Guard>()
  const open = (config: FastifyContextConfig): Guard => {
    const wanted = readRouteConfig(config)
    const orElse = readOrElse(wanted)
    // The scopes of a route are checked by the gate, whatever model the compiler has checked them by.
    const gate = createGate(keyring as Keyring, { ...wanted, ...shared, handsOver: orElse !== undefined })
    return { gate, orElse }
  }
  createGate(keyring, shared) // options that are wrong are wrong now, not when the first route is added

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
        return enforce(guard, request, reply)
      })
      done()
    },
    { name: '@keywright/fastify', fastify: '5.x' },
  )
}

async function enforce({ gate, orElse }: Guard, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const verdict = await gate(requestOf(request), request as GuardedRequest) // no schema has touched it yet
  if (verdict.ok) {
    answerHeaders(verdict.headers, {
      get: (name) => reply.getHeader(name),
      set: (name, value) => reply.header(name, value),
    })
    // `Register` is where the product says that this keyring's is its only access model.
    if (verdict.principal !== null) request.principal = verdict.principal as Principal<RegisteredAccess>
    return
  }
  if (orElse !== undefined && isForOrElse(verdict)) return logIn(orElse, request, reply)
  const { status, headers, body } = verdict.reply
  // As bytes: to a text, Fastify adds a charset that the media type does not have.
  return reply.code(status).headers(headers).send(Buffer.from(body))
}

/** Settles only when `next` is called, or on a fault: to answer is to call nothing further, however long it takes. */
function logIn(orElse: OrElse, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  return new Promise((resolve, reject) => {
    const login = orElse.call(request.server, request, reply, (error) => (error ? reject(error) : resolve()))
    Promise.resolve(login).catch(reject)
  })
}

/** The caller, or `null` for a request that came without a key: for routes with `optional` or `orElse`. */
export function principalOf(request: FastifyRequest): Principal<RegisteredAccess> | null {
  return request.principal ?? null
}

function requestOf({ raw, originalUrl }: FastifyRequest): GateRequest {
  const { remoteAddress } = raw.socket
  const encrypted = 'encrypted' in raw.socket && raw.socket.encrypted === true
  return { fields: fieldLines(raw.rawHeaders), url: originalUrl, remoteAddress, encrypted }
}

import { type Access, createGate, type GateRequest, type Keyring, type Principal, type Refusal } from '@keywright/core'
import { clientIp, type Reply, readCredential, readTrustedProxies, replyTo } from '@keywright/core/http'
import { bindingOf, type Caller, keyCouldAllow, type Login, type Narrowing } from './callers.js'
import { answerMs, inTime } from './in-time.js'
import type { McpAuthOptions } from './options.js'
import { notFoundReply, plainReply, rpcReply } from './rpc-reply.js'

type Narrow = NonNullable<McpAuthOptions['narrow']>

/** A request that was let in, or the whole reply to it. */
export type Admission =
  | {
      readonly ok: true
      readonly caller: Caller
      readonly binding: string
      /** What the answer must say beside the server's own words. */
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly ok: false; readonly reply: Reply }

/** Decides about an HTTP request; never rejects. Asked again with the same `original`, it counts and costs nothing. */
export type Admit = (request: GateRequest, original: object) => Promise<Admission>

/**
 * Makes what stands before an MCP endpoint: core's gate, then the narrowing of the URL.
 *
 * @param hostMs - How long the host may take, for the login and for the narrowing each. The gate has a deadline of its own.
 */
export function createAdmit(keyring: Keyring, options: McpAuthOptions, hostMs: number = answerMs): Admit {
  const { narrow, orElse, realm = 'mcp', docsUrl = null, resourceMetadataUrl } = options
  const wording = { realm, docsUrl, resourceMetadataUrl }
  const gate = createGate<Access, object>(keyring, {
    realm,
    trustedProxies: options.trustedProxies,
    requireHttps: options.requireHttps,
  })
  const trustedProxies = readTrustedProxies(options.trustedProxies)

  const unavailable = (cause: unknown): Admission => {
    keyring.notify({ type: 'keyring.unavailable', reason: 'mcp', error: cause })
    const refusal: Refusal = { code: 'auth_unavailable', reason: 'keyring', cause }
    return { ok: false, reply: rpcReply(refusal, replyTo(refusal, { realm }), wording) }
  }

  const admitLogin = async (request: GateRequest, original: object): Promise<Login | null> => {
    if (orElse === undefined) return null
    const reading = readCredential(request, keyring.format)
    const isNotOurs = reading.verdict === 'none' || (reading.verdict === 'invalid_token' && reading.isForeign === true)
    return isNotOurs ? inTime(orElse(request, original), hostMs) : null
  }

  const admit = async (request: GateRequest, original: object): Promise<Admission> => {
    const login = await admitLogin(request, original)
    let headers: Readonly<Record<string, string>> = {}
    let makeCaller: (narrowing: Narrowing) => Caller
    if (login !== null) {
      if (login.expiresAt != null && login.expiresAt.getTime() <= Date.now()) {
        const refusal: Refusal = { code: 'api_key_missing' }
        return { ok: false, reply: rpcReply(refusal, replyTo(refusal, { realm }), wording) }
      }
      makeCaller = (narrowing) => callerOfLogin(keyring.access, login, narrowing)
    } else {
      const verdict = await gate(request, original)
      if (!verdict.ok) return { ok: false, reply: rpcReply(verdict.refusal, verdict.reply, wording) }
      headers = verdict.headers
      const take = payer(keyring, () => ({
        token: tokenOf(request, keyring),
        ip: clientIp({ remoteAddress: request.remoteAddress, fields: request.fields }, trustedProxies),
      }))
      makeCaller = (narrowing) => callerOfKey(keyring.access, verdict.principal, narrowing, take)
    }

    const caller =
      narrow === undefined
        ? makeCaller({})
        : await inTime(narrowed(keyring.access, narrow, request.url, makeCaller), hostMs)
    if (caller === null) {
      return { ok: false, reply: notFoundReply('Not found: there is no such resource, or it is out of reach') }
    }
    return { ok: true, caller, binding: bindingOf(caller), headers }
  }

  return async (request, original) => {
    try {
      return checkPlace(request, options) ?? (await admit(request, original))
    } catch (cause) {
      return unavailable(cause)
    }
  }
}

/** Makes the caller of a verified key. */
export function callerOfKey(access: Access, verified: Principal, narrowing: Narrowing, take: Caller['take']): Caller {
  const principal = Object.keys(narrowing).length === 0 ? verified : verified.narrowTo(narrowing)
  return {
    id: `key:${principal.key.id}`,
    principal,
    login: null,
    narrowing,
    allows: principal.allows,
    allowsOn: principal.allowsOn,
    couldAllow: (scope) => keyCouldAllow(access, principal, narrowing, scope),
    take,
  }
}

function callerOfLogin(access: Access, login: Login, narrowing: Narrowing): Caller {
  const isWithin = (type: string, id: string): boolean =>
    !Object.hasOwn(narrowing, type) || narrowing[type]?.includes(id) === true
  const allowsOn: Caller['allowsOn'] = async (scope, { type, id }) =>
    access.resourceScopes.has(scope) && isWithin(type, id) && (await login.allowsOn(scope, { type, id })) === true
  return {
    id: `login:${login.id}`,
    principal: null,
    login,
    narrowing,
    allows: (scope) => access.scopes.has(scope) && !access.resourceScopes.has(scope) && login.allows(scope) === true,
    allowsOn,
    couldAllow: async (scope) => {
      if (!access.resourceScopes.has(scope)) return false
      for (const [type, ids] of Object.entries(narrowing)) {
        if (!carries(access, type, scope)) continue
        for (const id of ids) if (await allowsOn(scope, { type, id })) return true
        return false
      }
      return (await login.allowsSomewhere?.(scope)) ?? true
    },
    take: async () => null,
  }
}

/**
 * Takes the units of the messages of one request, each of which is one use. The gate has taken one unit, and counted one use,
 * which are the first message's; what pays for more is looked for only then.
 */
export function payer(
  keyring: Keyring,
  purse: () => { readonly token: string; readonly ip: string | null },
): Caller['take'] {
  let paid = 1
  let isCounted = true
  return async (cost) => {
    const due = Math.max(0, cost - paid)
    const isUse = !isCounted
    paid = Math.max(0, paid - cost)
    isCounted = false
    if (due === 0 && !isUse) return null
    const { token, ip } = purse()
    const verdict = await keyring.verify(token, { ip, cost: due, isUse })
    return verdict.ok ? null : verdict.refusal
  }
}

/** The caller on the connection that a URL asks for; `null` where that is none, or out of reach. */
async function narrowed(
  access: Access,
  narrow: Narrow,
  url: string,
  makeCaller: (narrowing: Narrowing) => Caller,
): Promise<Caller | null> {
  const narrowing = await narrowingOf(narrow, url)
  if (narrowing === null) return null
  const caller = makeCaller(narrowing)
  return (await reachesAll(access, caller, narrowing)) ? caller : null
}

async function narrowingOf(narrow: Narrow, url: string): Promise<Narrowing | null> {
  if (!URL.canParse(url, 'http://localhost')) return null // such as `//`
  const parsed = new URL(url, 'http://localhost')
  const names = [...parsed.searchParams.keys()]
  // Of two values, one would be checked and the other might be used.
  if (new Set(names).size !== names.length) return null
  const narrowing = Object.entries(await narrow(parsed)).map(([type, ids]) => {
    return [type, (ids ?? []).filter((id) => typeof id === 'string')] as const
  })
  return Object.fromEntries(narrowing)
}

async function reachesAll(access: Access, caller: Caller, narrowing: Narrowing): Promise<boolean> {
  for (const [type, ids] of Object.entries(narrowing)) {
    for (const id of ids) if (!(await reaches(access, caller, type, id))) return false
  }
  return true
}

async function reaches(access: Access, caller: Caller, type: string, id: string): Promise<boolean> {
  if (caller.principal !== null) return (await caller.principal.levelOn(type, id)) !== null
  for (const scope of access.resourceScopes) {
    if (carries(access, type, scope) && (await caller.allowsOn(scope, { type, id }))) return true
  }
  return false
}

function carries(access: Access, type: string, scope: string): boolean {
  return [...(access.resources.get(type)?.scopesByLevel.values() ?? [])].some((scopes) => scopes.has(scope))
}

function tokenOf(request: GateRequest, keyring: Keyring): string {
  const reading = readCredential(request, keyring.format)
  if (reading.verdict !== 'candidate') throw new TypeError('A request was let in without a key')
  return reading.token
}

function checkPlace({ fields }: GateRequest, { allowedHosts, allowedOrigins }: McpAuthOptions): Admission | null {
  if (allowedHosts === undefined && allowedOrigins === undefined) return null
  const valuesOf = (name: string): string[] =>
    fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value.trim().toLowerCase())
  const isAmong = (list: readonly string[], value: string): boolean =>
    list.some((entry) => entry.toLowerCase() === value)
  const hosts = valuesOf('host')
  if (allowedHosts !== undefined && !(hosts.length === 1 && isAmong(allowedHosts, hosts[0] ?? ''))) {
    return { ok: false, reply: plainReply(403, -32000, 'This Host is not served here') }
  }
  if (allowedOrigins !== undefined && !valuesOf('origin').every((origin) => isAmong(allowedOrigins, origin))) {
    return { ok: false, reply: plainReply(403, -32000, 'This Origin may not call here') }
  }
  return null
}

import type { Access, GateRefusal, GateRequest, Keyring } from '@keywright/core'
import { adapterOf, gateFor, isForFallback, withDeadline } from '@keywright/core/adapter'
import { type Reply, rateLimitFields, replyTo } from '@keywright/core/http'
import { answerMs } from '../caller/answer-ms.js'
import { askHostOf } from '../caller/ask-host.js'
import { bindingOf, type Caller, type Login, type Narrowing } from '../caller/caller.js'
import { callerOfKey } from '../caller/key-caller.js'
import { callerOfLogin } from '../caller/login-caller.js'
import { type UsageMeter, usageMeter } from '../caller/usage-meter.js'
import { notFoundReply, rpcReply, type Wording } from '../rpc/rpc-reply.js'
import { narrowedCaller } from './narrowed-caller.js'
import type { McpAuthOptions } from './options.js'
import { refuseOrigin } from './refuse-origin.js'
import { unitsOf } from './units-of.js'

/** An admitted request. */
export interface Admitted {
  readonly ok: true
  readonly caller: Caller
  /** What a session or a stream of this request belongs to. */
  readonly binding: string
  /** Headers to add to the server's answer. */
  readonly headers: Readonly<Record<string, string>>
  /** Takes the units of the request, once its body is known. @returns the same admission with current headers, or the refusal. */
  charge(method: string, body: unknown): Promise<Admission>
}

/** A refused request, with its complete reply. */
export interface Refused {
  readonly ok: false
  readonly reply: Reply
}

/** What the guard decided about an HTTP request. */
export type Admission = Admitted | Refused

/**
 * Decides about an HTTP request. Never rejects. It takes no unit of a rate limit: `charge` does. A second call with the same
 * `original` counts no use.
 */
export type Admit = (request: GateRequest, original: object) => Promise<Admission>

/** Makes the refusal of a request. `mayBeOAuth`: it has no credential, or one that is not a key. */
type Refuse = (refusal: GateRefusal, reply?: Reply, mayBeOAuth?: boolean) => Refused

/** A known sender, before the URL of the connection narrows it. */
interface Sender {
  readonly ok: true
  readonly headers: Readonly<Record<string, string>>
  /** `null`: rate limits belong to keys, and this is none. */
  readonly meter: UsageMeter | null
  makeCaller(narrowing: Narrowing): Caller
}

/**
 * Makes the guard of an MCP endpoint: core's gate, the host's own login, then the narrowing by URL.
 *
 * @param hostTimeoutMs - How long the login and the narrowing may take, each. The gate has its own deadline.
 */
export function createAdmit(keyring: Keyring, options: McpAuthOptions, hostTimeoutMs: number = answerMs): Admit {
  const { narrow, realm = 'mcp', docsUrl = null, headers: keyHeaders } = options
  const { resourceMetadataUrl, initialScopes } = options
  const words: Wording = { realm, docsUrl, keyHeaders, resourceMetadataUrl: undefined }
  const refuse: Refuse = (refusal, reply = replyTo(refusal, { realm, keyHeaders }), mayBeOAuth = false) => ({
    ok: false,
    // A client that is told of an authorization server sends it what it has: a key of ours must not get there.
    reply: rpcReply(refusal, reply, mayBeOAuth ? { ...words, resourceMetadataUrl, initialScopes } : words),
  })
  const identify = createIdentify(keyring, options, hostTimeoutMs, refuse)

  const admit = async (request: GateRequest, original: object): Promise<Admission> => {
    const refused = refuseOrigin(request, options)
    if (refused !== null) return { ok: false, reply: refused }
    const renew: Caller['renew'] = async () => {
      const again = await decide(request, original)
      return again.ok ? again.caller : null
    }
    const sender = await identify(request, original, renew)
    if (!sender.ok) return sender
    const caller =
      narrow === undefined
        ? sender.makeCaller({})
        : await withDeadline(narrowedCaller(keyring.access, narrow, request.url, sender.makeCaller), hostTimeoutMs)
    if (caller === null) {
      return { ok: false, reply: notFoundReply('Not found: there is no such resource, or it is out of reach') }
    }
    const admitted: Omit<Admitted, 'charge'> = { ok: true, caller, binding: bindingOf(caller), headers: sender.headers }
    const charge: Admitted['charge'] = async (method, body) => {
      const { all, forMessage } = unitsOf(method, body)
      if (all === 0 || sender.meter === null) return { ...admitted, charge }
      const verdict = await sender.meter.prepay(all, forMessage)
      if (verdict === null) return { ...admitted, charge }
      const limits = rateLimitFields(verdict.rateLimits)
      if (verdict.ok) return { ...admitted, charge, headers: { ...admitted.headers, ...limits } }
      const reply = replyTo(verdict.refusal, { realm, keyHeaders })
      return refuse(verdict.refusal, { ...reply, headers: { ...reply.headers, ...limits } })
    }
    return { ...admitted, charge }
  }

  const decide: Admit = async (request, original) => {
    try {
      return await admit(request, original)
    } catch (cause) {
      adapterOf(keyring).notify({ type: 'keyring.unavailable', reason: 'mcp', error: cause })
      return refuse({ code: 'auth_unavailable', reason: 'keyring', cause })
    }
  }
  return decide
}

/** Makes the function that finds out who sent a request: a person whom the host signed in, or the holder of a key. */
function createIdentify(
  keyring: Keyring,
  { fallback, realm = 'mcp', ...options }: McpAuthOptions,
  hostTimeoutMs: number,
  refuse: Refuse,
): (request: GateRequest, original: object, renew: Caller['renew']) => Promise<Sender | Refused> {
  const { requireHttps, trustedProxies, headers } = options
  const setting = { hasFallback: fallback !== undefined, cost: 0 }
  const gate = gateFor<Access, object, false>(keyring, { realm, headers, trustedProxies, requireHttps }, setting)
  const { access } = keyring
  const ask = askHostOf(keyring, hostTimeoutMs)

  return async (request, original, renew) => {
    const verdict = await gate(request, original)
    if (verdict.ok) {
      const { principal, headers, again, limited } = verdict
      if (again === undefined) throw new Error('The gate admitted a request that has no key')
      const meter = usageMeter(again, 0, limited)
      const means = { meter: meter.take, ask, renew }
      return { ok: true, headers, meter, makeCaller: (narrowing) => callerOfKey(access, principal, narrowing, means) }
    }
    const login =
      fallback !== undefined && isForFallback(verdict)
        ? await withDeadline(() => fallback(request, original), hostTimeoutMs)
        : null
    if (login === null)
      return refuse(verdict.refusal, verdict.reply, !verdict.keyPresented || isUnknown(verdict.refusal))
    if (hasEnded(login)) return refuse({ code: 'api_key_missing' }, undefined, true)
    const means = { meter: free, ask, renew }
    return {
      ok: true,
      headers: {},
      meter: null,
      makeCaller: (narrowing) => callerOfLogin(access, login, narrowing, means),
    }
  }
}

/** A token that is no key and has not the form of ours, where imported keys may have any form. */
function isUnknown(refusal: GateRefusal): boolean {
  return refusal.code === 'api_key_invalid' && refusal.reason === 'unknown' && refusal.keyId === null
}

/** Rate limits belong to keys, so none apply to a login. */
const free = async () => null

function hasEnded({ expiresAt }: Login): boolean {
  return expiresAt != null && expiresAt.getTime() <= Date.now()
}

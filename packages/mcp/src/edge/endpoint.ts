import type { Keyring } from '@keywright/core'
import { type Reply, replyTo } from '@keywright/core/http'
import { HostOutage, hostOutage } from '../caller/ask-host.js'
import type { OnCall } from '../caller/call-event.js'
import type { Caller } from '../caller/caller.js'
import { notFoundReply, rpcReply } from '../rpc/rpc-reply.js'
import type { Registry } from '../server/registry.js'
import { type ReadVisibleLists, visibleLists } from '../server/visible-lists.js'
import type { Wiring } from '../server/wiring.js'
import { type Admit, createAdmit } from './admit.js'
import { secretHeaders } from './header-names.js'
import { filterListen, isListen } from './listen.js'
import { type ListenerRegistries, listenerRegistries } from './listener-registries.js'
import { type OpenStreams, openStreams } from './open-streams.js'
import type { McpAuthOptions } from './options.js'
import { type ScopeChallenge, scopeChallenge } from './scope-challenge.js'
import { type SessionTags, sessionTags } from './session-tag.js'
import { isCall, type StripArguments, stripArguments } from './strip-arguments.js'

/** The parts of one guarded endpoint, which its Node side and its fetch side share. */
export interface Endpoint {
  readonly admit: Admit
  readonly tags: SessionTags
  readonly streams: OpenStreams
  /** What all servers of the endpoint have registered. */
  readonly known: Registry
  /** What single listeners behind `express` have instead. */
  readonly listeners: ListenerRegistries
  readonly visibleLists: ReadVisibleLists
  readonly wiring: Wiring
  /** `null`: no tool is hidden from anybody. */
  readonly stripArguments: StripArguments | null
  /** `null`: missing scopes are reported in the result of the tool. */
  readonly challenge: ScopeChallenge | null
  /** The answer when the host cannot say what a caller may do. */
  readonly unavailable: Reply
  readonly maxBodyBytes: number
  /** The headers that may hold a key, in lower case. They are removed before a handler sees the request. */
  readonly secretHeaders: ReadonlySet<string>
}

/** Makes the parts of one endpoint from checked options. */
export function createEndpoint(
  keyring: Keyring,
  options: McpAuthOptions,
  registry: Registry,
  onCall: OnCall,
  wiring: Wiring,
): Endpoint {
  const { realm = 'mcp', docsUrl = null, resourceMetadataUrl, headers: keyHeaders, unavailableTools = 'hide' } = options
  const { recheckMs = 25_000, sessionSecret, maxBodyBytes = 4 * 1024 * 1024, insufficientScope } = options
  const wording = { realm, docsUrl, resourceMetadataUrl, keyHeaders }
  return {
    admit: createAdmit(keyring, options),
    tags: sessionTags(sessionSecret),
    streams: openStreams(recheckMs),
    known: registry,
    listeners: listenerRegistries(),
    visibleLists: visibleLists(registry),
    wiring,
    stripArguments: unavailableTools === 'hide' ? stripArguments(registry) : null,
    challenge: insufficientScope === 'http-403' ? scopeChallenge(registry, wording, onCall, unavailableTools) : null,
    unavailable: rpcReply(hostOutage, replyTo(hostOutage, { realm }), wording),
    maxBodyBytes,
    secretHeaders: secretHeaders(keyHeaders),
  }
}

/** The same 404 for a session of somebody else and for one that never existed, in the words of the SDKs. */
export const sessionNotFound: Reply = notFoundReply('Session not found')

/** A parsed body as the server may see it, or the reply to send instead. */
export type PreparedBody = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly reply: Reply }

/**
 * Decides what SDK v2 would answer before any handler is asked: `subscriptions/listen`, and the arguments of hidden tools.
 *
 * @param registry - What the servers of this caller have, if that is known.
 */
export async function prepareBody(
  endpoint: Endpoint,
  caller: Caller,
  parsed: unknown,
  registry: Registry = endpoint.known,
): Promise<PreparedBody> {
  try {
    return await prepare(endpoint, caller, parsed, registry)
  } catch (error) {
    if (error instanceof HostOutage) return { ok: false, reply: endpoint.unavailable }
    throw error
  }
}

async function prepare(
  { challenge, stripArguments }: Endpoint,
  caller: Caller,
  parsed: unknown,
  registry: Registry,
): Promise<PreparedBody> {
  const reply = challenge === null ? null : await challenge(caller, parsed)
  if (reply !== null) return { ok: false, reply }
  const body = stripArguments !== null && isCall(parsed) ? await stripArguments(caller, parsed) : parsed
  return { ok: true, body: isListen(body) ? await filterListen(caller, body, registry) : body }
}

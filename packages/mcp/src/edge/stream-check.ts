import type { GateRequest } from '@keywright/core'
import { endOf } from '../caller/caller.js'
import type { Registry } from '../server/registry.js'
import type { VisibleLists } from '../server/visible-lists.js'
import type { Admitted } from './admit.js'
import type { Endpoint } from './endpoint.js'
import { filterListen, isListen } from './listen.js'
import type { OpenStream } from './open-streams.js'

/** The request that opened a stream. */
export interface StreamRequest {
  readonly request: GateRequest
  readonly original: object
  readonly method: string
  /** Its message, without what the sender may not listen to. */
  readonly body: unknown
  readonly admission: Admitted
  /** What the servers of its sender have. */
  readonly registry: Registry
}

const lists = ['tools', 'prompts', 'resources'] as const

/**
 * Makes the check of an open stream: whether its holder would still be admitted, and may still read everything that it listens
 * to. If only its lists changed, the client is sent `list_changed`.
 *
 * @param write - Sends a frame. Servers write each frame in one piece, so ours cannot land inside another.
 */
export function streamCheck(
  { admit, visibleLists }: Pick<Endpoint, 'admit' | 'visibleLists'>,
  { request, original, method, body, registry, admission: { caller, binding } }: StreamRequest,
  write: (frame: string) => void,
): OpenStream['check'] {
  const wanted = wantedNotifications(method, body)
  let before: Promise<VisibleLists> | null = wanted === null ? null : visibleLists(caller)
  before?.catch(() => {}) // A failure is seen at the first check, which awaits the same promise.

  return async () => {
    const again = await admit(request, original)
    if (!again.ok || again.binding !== binding) return null
    const stays = { expiresAt: endOf(again.caller) }
    if (isListen(body)) {
      const readable = await filterListen(again.caller, body, registry)
      if (JSON.stringify(readable) !== JSON.stringify(body)) return null
    }
    if (wanted === null) return stays
    const [was, is] = [await before, await visibleLists(again.caller)]
    before = Promise.resolve(is)
    for (const list of lists) {
      if (was?.[list] !== is[list] && wanted.lists[list]) write(listChangedFrame(list, wanted.id))
    }
    return stays
  }
}

/** The notifications of a stream: all on the `GET` stream of a legacy client, otherwise those that a listener asked for. */
function wantedNotifications(
  method: string,
  body: unknown,
): { readonly id?: unknown; readonly lists: Readonly<Record<(typeof lists)[number], boolean>> } | null {
  if (method === 'GET') return { lists: { tools: true, prompts: true, resources: true } }
  const { id, method: rpcMethod, params } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (rpcMethod !== 'subscriptions/listen' || id === undefined) return null
  const { notifications } = (params ?? {}) as { readonly notifications?: Readonly<Record<string, unknown>> | null }
  const isWanted = (list: string): boolean => notifications?.[`${list}ListChanged`] === true
  return { id, lists: { tools: isWanted('tools'), prompts: isWanted('prompts'), resources: isWanted('resources') } }
}

function listChangedFrame(list: string, listenerId: unknown): string {
  const params = listenerId === undefined ? {} : { _meta: { 'io.modelcontextprotocol/subscriptionId': listenerId } }
  const message = { jsonrpc: '2.0', method: `notifications/${list}/list_changed`, params }
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}

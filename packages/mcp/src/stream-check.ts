import type { GateRequest } from '@keywright/core'
import type { Admission, Admit } from './admit.js'
import { endOf } from './callers.js'
import { isListen, type ListenFilter } from './listen.js'
import type { OpenStream } from './open-streams.js'
import type { Shown, TellShown } from './shown.js'

/** What is needed to look again at who holds a stream. */
export interface StreamRules {
  readonly admit: Admit
  readonly filterListen: ListenFilter
  readonly shown: TellShown
}

/** The request that opened a stream. */
export interface Opening {
  readonly request: GateRequest
  readonly original: object
  readonly method: string
  /** Its message, without what its sender may not hear. */
  readonly body: unknown
  readonly admission: Admission & { readonly ok: true }
}

const lists = ['tools', 'prompts', 'resources'] as const

/**
 * Makes the check of an open stream: whether its holder would still be let in, and may still hear all that it listens to. Where
 * only its lists are others now, it is told so.
 *
 * @param write - Sends a frame: servers send theirs in one piece each, so that it comes between two of them.
 */
export function streamCheck(
  { admit, filterListen, shown }: StreamRules,
  { request, original, method, body, admission: { caller, binding } }: Opening,
  write: (frame: string) => void,
): OpenStream['check'] {
  const wants = notificationsOf(method, body)
  let before: Promise<Shown> | null = wants === null ? null : shown(caller)
  before?.catch(() => {}) // asked for again at the check, which then fails

  return async () => {
    const again = await admit(request, original)
    if (!again.ok || again.binding !== binding) return null
    const stays = { expiresAt: endOf(again.caller) }
    if (isListen(body) && JSON.stringify(await filterListen(again.caller, body)) !== JSON.stringify(body)) return null
    if (wants === null) return stays
    const [was, is] = [await before, await shown(again.caller)]
    before = Promise.resolve(is)
    for (const list of lists) {
      if (was?.[list] !== is[list] && wants.lists[list]) write(frameOf(list, wants.id))
    }
    return stays
  }
}

/** Which notifications go by a stream: all by the one that a legacy client opens for them, those asked for by a listener's. */
function notificationsOf(
  method: string,
  body: unknown,
): { readonly id?: unknown; readonly lists: Readonly<Record<(typeof lists)[number], boolean>> } | null {
  if (method === 'GET') return { lists: { tools: true, prompts: true, resources: true } }
  const { id, method: asked, params } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (asked !== 'subscriptions/listen' || id === undefined) return null
  const { notifications } = (params ?? {}) as { readonly notifications?: Readonly<Record<string, unknown>> | null }
  const isWanted = (list: string): boolean => notifications?.[`${list}ListChanged`] === true
  return { id, lists: { tools: isWanted('tools'), prompts: isWanted('prompts'), resources: isWanted('resources') } }
}

function frameOf(list: string, listenerId: unknown): string {
  const params = listenerId === undefined ? {} : { _meta: { 'io.modelcontextprotocol/subscriptionId': listenerId } }
  const message = { jsonrpc: '2.0', method: `notifications/${list}/list_changed`, params }
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}

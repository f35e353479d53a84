import { answerOf, type Client, type Key } from '../client/client.js'

/** What ends, or would end. */
export interface Leaving {
  readonly keys: readonly Key[]
  /** How many keys this caller may not end. */
  readonly refused: number
}

interface Asked {
  readonly client: Client
  readonly personId: string
  readonly reason: string
  readonly cascade: boolean
  /** Nothing is changed. */
  readonly isTrial: boolean
  /** Stops before the next request. */
  readonly signal: AbortSignal
}

/** How many keys of the group one request looks at: it is over in a moment, and says how far it is. */
const inRequest = 25

/**
 * Ends the keys that belong to a person and those that they created, or asks which these are. One request after the other: each key that
 * has ended is met no more, so that whoever sends it again after a fault goes on.
 */
export async function revokeAllOf(asked: Asked, progress?: (leaving: Leaving) => void): Promise<Leaving> {
  const { client, personId, cascade, isTrial, signal } = asked
  const reason = asked.reason === '' ? {} : { reason: asked.reason }
  const keys = new Map<string, Key>()
  const refused = new Set<string>()
  const now = (): Leaving => ({ keys: [...keys.values()], refused: refused.size })
  for (const group of [{ owner_id: personId }, { created_by: { type: 'user' as const, id: personId } }]) {
    let cursor: string | null | undefined
    while (cursor !== null && !signal.aborted) {
      const next = cursor === undefined ? {} : { cursor }
      const body = { ...group, ...reason, ...next, cascade, dry_run: isTrial, limit: inRequest }
      const answer = await answerOf(client.POST('/bulk/revoke-all', { body }))
      for (const key of answer.data) keys.set(key.id, key)
      for (const { id } of answer.refused) refused.add(id)
      cursor = answer.next_cursor
      progress?.(now())
    }
  }
  return now()
}

import { answerOf, type Client, type Schemas } from '../client/client.js'
import { filterOf, type KeyQuery } from './query.js'
import type { Selection } from './selection.js'

export type BulkVerb = 'enable' | 'disable' | 'revoke'

/** What became, or would become, of several keys. */
export interface BulkOutcome {
  readonly done: number
  readonly unchanged: number
  readonly refused: number
  /** Why some were refused: each reason once. */
  readonly reasons: readonly string[]
}

interface Several {
  readonly selection: Selection
  readonly query: KeyQuery
  /** Nothing is changed. */
  readonly isTrial: boolean
  /** Stops before the next request. */
  readonly signal: AbortSignal
}

/** How many keys one request takes. */
const mostInRequest = 100

/** Changes several keys, or asks what that would do. One request after the other, so that nobody waits for all of them at once. */
export async function changeSeveral(
  client: Client,
  verb: BulkVerb,
  { selection, query, isTrial, signal }: Several,
  progress: (outcome: BulkOutcome) => void,
): Promise<BulkOutcome> {
  const results: Schemas['BulkResult'][] = []
  const send = async (body: Schemas['BulkEnable']): Promise<string | null> => {
    const answer = await answerOf(client.POST(`/bulk/${verb}`, { body: { ...body, dry_run: isTrial } }))
    results.push(...answer.data)
    progress(outcomeOf(results))
    return answer.next_cursor
  }
  if (selection.isAll) {
    const filter = filterOf(query)
    let cursor = await send({ filter })
    while (cursor !== null && !signal.aborted) cursor = await send({ filter, cursor })
  } else {
    const ids = [...selection.ids]
    for (let at = 0; at < ids.length && !signal.aborted; at += mostInRequest) {
      await send({ ids: ids.slice(at, at + mostInRequest) })
    }
  }
  return outcomeOf(results)
}

function outcomeOf(results: readonly Schemas['BulkResult'][]): BulkOutcome {
  const count = (result: Schemas['BulkResult']['result']): number =>
    results.filter((one) => one.result === result).length
  const reasons = new Set(results.flatMap(({ detail }) => detail ?? []))
  return {
    done: count('done'),
    unchanged: count('unchanged'),
    refused: count('refused'),
    reasons: [...reasons].slice(0, 3),
  }
}

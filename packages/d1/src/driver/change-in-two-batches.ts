import { StoreUnavailable } from '@keywright/core'
import type { Database } from './database.js'
import { pause } from './pause.js'

/** How often a change that met another writer is tried again. Each time, one of those that met has got through. */
const retries = 60

/**
 * Makes changes for a database that can ask nothing within a transaction: each reads in one batch and writes in another, and begins
 * anew if a constraint shows that somebody else has written meanwhile.
 *
 * @param isBusy - Whether a write failed, without effect, for another reason that passes by itself.
 */
export function changeInTwoBatches(
  { read, write }: Pick<Database, 'read' | 'write'>,
  isBusy: (error: unknown) => boolean = () => false,
): Database['change'] {
  return async (reads, plan) => {
    for (let tried = 0; ; tried += 1) {
      const { writes, result } = plan(await read(reads))
      if (writes.length === 0) return result
      try {
        await write(writes)
        return result
      } catch (error) {
        if (!metAnother(error) && !isBusy(error)) throw error
        if (tried === retries) throw new StoreUnavailable({ message: tooMany, cause: error })
      }
      await pause(tried)
    }
  }
}

const tooMany = 'Others kept changing keys of this organization. Nothing was changed: try again.'

function metAnother(error: unknown): boolean {
  return /constraint failed: api_key_(counters|requests|budgets)\./.test(messageOf(error))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

import type { Key } from '../values/index.js'
import { isWithin, type Within } from './manage-options.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'

/** Reads one key, or `null` where there is none within the caller's reach. */
export async function getKey({ store }: Settings, id: string, within: Within | undefined): Promise<Key | null> {
  const found = await reachStore(store.find(String(id)))
  if (found === null || !isWithin(found.record, within)) return null
  return toKey(found.record, found.now)
}

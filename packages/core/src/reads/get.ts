import { checkKeyId, isWithin, type KeyBoundary } from '../input/index.js'
import { toKey, wrapStoreErrors } from '../store/index.js'
import type { Key } from '../values/index.js'
import type { ReadParts } from './parts.js'

/** Reads one key, or `null` where there is none within the caller's reach. */
export async function getKey(
  { store, format }: ReadParts,
  id: string,
  within: KeyBoundary | undefined,
): Promise<Key | null> {
  const found = await wrapStoreErrors(store.find(checkKeyId(format, id), { lastUse: true }))
  if (found === null || !isWithin(found.record, within)) return null
  return toKey(found.record, found.now)
}

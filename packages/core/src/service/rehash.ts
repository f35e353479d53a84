import type { KeyRecord } from '../values/index.js'
import { currentDigest } from './find-key.js'
import { hasherOf } from './match-token.js'
import type { Settings } from './options.js'

/**
 * Upgrades a stored hash beside the answer: it can neither delay nor fail the verification (HASH-4). An imported key gets a
 * hash of our own, under the pepper, and is found by a peppered digest from then on; a slow hash is replaced by a slow one.
 */
export function rehash(settings: Settings, record: KeyRecord, token: string): void {
  const from = { hash: record.hash ?? '', lookupDigest: record.lookupDigest }
  const upgrade = async () => {
    const hash = await hasherOf(settings, from.hash).hash({ id: record.id, token })
    const to = { hash, lookupDigest: currentDigest(settings, record, token) }
    // A cached record with the old hash would be upgraded over and over.
    if (await settings.store.replaceHash(record.id, from, to)) settings.reader.changed(record.id)
  }
  settings.background(
    upgrade().catch((error: unknown) => settings.emit({ type: 'api_key.rehash_failed', keyId: record.id, error })),
  )
}

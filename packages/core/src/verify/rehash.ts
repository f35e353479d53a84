import { type KeyRecord, withDeadline } from '../values/index.js'
import { currentDigest } from './find-key.js'
import { hasherOf } from './match-token.js'
import type { VerifyParts } from './parts.js'

/** How long a renewal is waited for. */
const timeoutMs = 10_000

/**
 * Upgrades a stored hash beside the answer: it can neither delay nor fail the verification. An imported key gets a
 * hash of our own, under the pepper, and is found by a peppered digest from then on; a slow hash is replaced by a slow one.
 * One at a time for each key: a burst of requests would make as many hashes, of which only the first is stored.
 */
export function rehash(parts: VerifyParts, record: KeyRecord, token: string): void {
  if (!parts.rehashes.take(record.id)) return
  const from = { hash: record.hash ?? '', lookupDigest: record.lookupDigest }
  const upgrade = async () => {
    const hash = await hasherOf(parts, from.hash).hash({ id: record.id, token })
    const to = { hash, lookupDigest: currentDigest(parts, record, token) }
    // A cached record with the old hash would be upgraded over and over.
    if (await parts.store.replaceHash(record.id, from, to)) parts.reader.changed(record.id)
  }
  parts.background(
    withDeadline(upgrade, timeoutMs, { unref: true }).catch((error: unknown) =>
      parts.emit({ type: 'api_key.rehash_failed', keyId: record.id, error }),
    ),
  )
}

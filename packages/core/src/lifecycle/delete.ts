import type { ChangeOptions } from '../input/index.js'
import { changeKey, type ManageParts } from '../manage/index.js'
import { madeHere } from '../store/index.js'

/**
 * Removes a key. What remains is a tombstone (id, name, owner, instants), for the count of keys ever created and for the
 * audit log; hash, seal, grants, tags and metadata are erased.
 */
export async function deleteKey(parts: ManageParts, id: string, options: ChangeOptions): Promise<void> {
  await changeKey(parts, id, options, ({ lookupDigest }, { now }) => ({
    write: {
      status: 'deleted',
      deletedAt: now,
      description: null,
      disabledReason: null,
      revokedReason: null,
      grants: { scopes: [], roles: [], resources: {} },
      preset: null,
      tags: [],
      metadata: {},
      ipAllowList: null,
      rateLimits: null,
      budget: null,
      binding: null,
      hash: null,
      previousHash: null,
      previousHashExpiresAt: null,
      // An imported secret must not be imported again, so its tombstone stays: only the others have the mark.
      lookupDigest: lookupDigest === null ? `${madeHere}${id}` : null,
      sealed: null,
    },
    audit: [{ type: 'api_key.deleted', data: {} }],
  }))
}

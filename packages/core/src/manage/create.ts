import { formatToken, previewOf, Secret } from '../crypto/index.js'
import type { ManageOptions } from '../input/index.js'
import { type NewKey, organizationOf } from '../store/index.js'
import type { Key } from '../values/index.js'
import { draftKey } from './draft-key.js'
import { insertKey } from './insert-key.js'
import type { CopyKeyInput, CreateInput } from './key-input.js'
import type { ManageParts } from './parts.js'
import { requestOnce } from './request-once.js'
import { sealToken } from './seal-token.js'

/** A new key, and the only sight of its token. */
export interface CreatedKey {
  readonly key: Key
  /** `token.reveal()` gives the text; anything else that prints it shows a placeholder. */
  readonly token: Secret
}

/**
 * Creates a key, with its audit record, all or nothing.
 *
 * @throws InvalidInput or ScopeUnknown, naming the field: nothing was stored; ScopeExceedsActor; PolicyViolated;
 * PlanLimitReached;
 * RequestRepeated; KeyNotFound where there is no key to be like; RevealUnavailable if it cannot be sealed; StoreUnavailable; OutcomeUnknown.
 */
export async function createKey(
  parts: ManageParts,
  input: CreateInput | CopyKeyInput,
  options: ManageOptions,
): Promise<CreatedKey> {
  const { draft, namespace, actor, ...event } = await draftKey(parts, input, options)
  const organizationId = organizationOf(draft.owner)
  const once = requestOnce({ verb: 'create', actor, organizationId }, options, input)
  // Ids are random: a collision is as good as impossible, but the answer to one must not be another's key.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const id = parts.tokens.newId()
    const token = formatToken({ namespace, id, secret: parts.tokens.newSecret() })
    const write: NewKey = {
      ...draft,
      id,
      createdBy: actor,
      preview: previewOf(namespace, id),
      hash: await parts.hasher.hash({ id, token }),
      previousHash: null,
      previousHashExpiresAt: null,
      lookupDigest: null,
      sealed: await sealToken(parts, { id, organizationId, environment: draft.environment }, token),
    }
    const key = await insertKey(parts, write, { type: 'api_key.created', ...event }, once)
    if (key !== null) return { key, token: new Secret(token) }
  }
  throw new Error('Three new ids in a row were taken: the random source of this process is broken')
}

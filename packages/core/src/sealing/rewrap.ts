import type { SealContext, Sealer } from '../crypto/index.js'
import { isKeyError, RevealUnavailable } from '../errors/index.js'
import { type ManageParts, sealContext, sealWith } from '../manage/index.js'
import { organizationOf, wrapStoreErrors } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'

/** What `rewrap` did. */
export interface RewrapResult {
  /** Sealed anew, with the current key. */
  readonly rewrapped: number
  /** Could not be opened; they stay as they are. */
  readonly unreadable: number
}

/**
 * Seals with the current key what was sealed with an older one, so that the older one can be retired. Safe to call
 * again, also after it was cut off: each key is done by itself, and only if nobody changed its seal meanwhile.
 *
 * @throws RevealUnavailable where reveal is off, or the sealer does not seal; StoreUnavailable.
 */
export async function rewrapSeals({ store, reveal }: ManageParts): Promise<RewrapResult> {
  if (reveal === null) throw new RevealUnavailable('', 'off')
  const { sealer } = reveal
  let rewrapped = 0
  let unreadable = 0
  for await (const { id, sealed, owner } of allKeys({ store })) {
    if (sealed === null || sealer.keyIdOf(sealed) === sealer.current) continue
    const key = { id, organizationId: organizationOf(owner) }
    const text = await open(sealer, sealed, sealContext(key))
    if (text === null) {
      unreadable += 1
      continue
    }
    const fresh = await sealWith(sealer, key, text)
    let isSame = false
    const decide = (record: KeyRecord) => {
      isSame = record.sealed === sealed
      return isSame ? { write: { sealed: fresh }, audit: [] } : null
    }
    await wrapStoreErrors(store.change(id, { quota: null, decide }))
    if (isSame) rewrapped += 1
  }
  return { rewrapped, unreadable }
}

async function open(sealer: Sealer, sealed: string, context: SealContext): Promise<string | null> {
  try {
    return await sealer.open(sealed, context)
  } catch (cause) {
    // A service that does not answer says nothing of the seal.
    if (isKeyError(cause) && cause.code === 'host_unavailable')
      throw new RevealUnavailable(context.id, 'sealer', { cause })
    return null
  }
}

async function* allKeys({ store }: Pick<ManageParts, 'store'>): AsyncGenerator<KeyRecord> {
  let after: { createdAt: Date; id: string } | undefined
  for (;;) {
    const { records } = await wrapStoreErrors(store.list({ limit: 500, ...(after === undefined ? {} : { after }) }))
    yield* records
    const last = records.at(-1)
    if (last === undefined) return
    after = { createdAt: last.createdAt, id: last.id }
  }
}

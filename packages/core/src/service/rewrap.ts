import type { SealContext, Sealer } from '../crypto/index.js'
import { RevealUnavailable } from '../errors/index.js'
import { organizationOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import type { Settings } from './options.js'
import { reachStore } from './reach-store.js'
import { sealContext, sealWith } from './seal-token.js'

/** What `rewrap` did. */
export interface Rewrapped {
  /** Sealed anew, with the current key. */
  readonly rewrapped: number
  /** Could not be opened; they stay as they are. */
  readonly unreadable: number
}

/**
 * Seals with the current key what was sealed with an older one, so that the older one can be retired (ENC-4). Safe to call
 * again, also after it was cut off: each key is done by itself, and only if nobody changed its seal meanwhile.
 *
 * @throws RevealUnavailable where reveal is off, or the sealer does not seal; StoreUnavailable.
 */
export async function rewrapSeals({ store, reveal }: Settings): Promise<Rewrapped> {
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
    await reachStore(store.change(id, { quota: null, decide }))
    if (isSame) rewrapped += 1
  }
  return { rewrapped, unreadable }
}

async function open(sealer: Sealer, sealed: string, context: SealContext): Promise<string | null> {
  try {
    return await sealer.open(sealed, context)
  } catch {
    return null
  }
}

async function* allKeys({ store }: Pick<Settings, 'store'>): AsyncGenerator<KeyRecord> {
  let after: { createdAt: Date; id: string } | undefined
  for (;;) {
    const { records } = await reachStore(store.list({ limit: 500, ...(after === undefined ? {} : { after }) }))
    yield* records
    const last = records.at(-1)
    if (last === undefined) return
    after = { createdAt: last.createdAt, id: last.id }
  }
}

import type { KeyRefusals, KeyUsage, PreviousUse } from '../store/index.js'

/** Uses by hour and key, and refusals by hour, key and code. */
export interface CollectedUsage {
  /** Keys and hours of uses; keys, hours and codes of refusals. */
  readonly size: number
  /**
   * Adds one use, at an instant of the store's clock.
   *
   * @param isRoom - Whether there is room for a key and hour that is not here yet.
   * @returns whether it was added.
   */
  add(keyId: string, organizationId: string, at: Date, isRoom: () => boolean): boolean
  /** Notes a use of the token before the last rotation, which was added as a use as well. */
  notePrevious(use: PreviousUse): void
  /** The same, of a refusal. */
  addRefusal(refusal: Omit<KeyRefusals, 'hour' | 'count'>, at: Date, isRoom: () => boolean): boolean
  list(): KeyUsage[]
  listRefusals(): KeyRefusals[]
  listPrevious(): PreviousUse[]
}

interface Counted {
  readonly organizationId: string
  count: number
  lastUsedMs: number
}

const hourMs = 3_600_000

/** Collects uses and refusals. The next use of a key in an hour makes nothing new: it is counted beside each request. */
export function collectedUsage(): CollectedUsage {
  const hours = new Map<number, Map<string, Counted>>()
  const refusals = new Map<string, KeyRefusals & { count: number }>()
  const previous = new Map<string, PreviousUse>()
  let size = 0
  return {
    get size() {
      return size + refusals.size
    },
    add: (keyId, organizationId, at, isRoom) => {
      const atMs = at.getTime()
      const hour = Math.floor(atMs / hourMs)
      const counted = hours.get(hour)?.get(keyId)
      if (counted !== undefined) {
        counted.count += 1
        if (atMs > counted.lastUsedMs) counted.lastUsedMs = atMs
        return true
      }
      if (!isRoom()) return false
      const ofHour = hours.get(hour) ?? new Map<string, Counted>()
      hours.set(hour, ofHour)
      ofHour.set(keyId, { organizationId, count: 1, lastUsedMs: atMs })
      size += 1
      return true
    },
    addRefusal: ({ keyId, organizationId, code }, at, isRoom) => {
      const hour = Math.floor(at.getTime() / hourMs)
      const name = `${hour} ${code} ${keyId}`
      const counted = refusals.get(name)
      if (counted !== undefined) {
        counted.count += 1
        return true
      }
      if (!isRoom()) return false
      refusals.set(name, { keyId, organizationId, hour: new Date(hour * hourMs), code, count: 1 })
      return true
    },
    // No more of them than keys: those are counted.
    notePrevious: (use) => void previous.set(use.keyId, laterUse(previous.get(use.keyId), use)),
    listPrevious: () => [...previous.values()],
    listRefusals: () => [...refusals.values()],
    list: () =>
      [...hours].flatMap(([hour, ofHour]) =>
        [...ofHour].map(([keyId, { organizationId, count, lastUsedMs }]): KeyUsage => {
          return {
            keyId,
            organizationId,
            hour: new Date(hour * hourMs),
            count,
            lastUsedAt: new Date(lastUsedMs),
          }
        }),
      ),
  }
}

function laterUse(noted: PreviousUse | undefined, use: PreviousUse): PreviousUse {
  return noted !== undefined && noted.lastUsedAt > use.lastUsedAt ? noted : use
}

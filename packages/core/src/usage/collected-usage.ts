import type { KeyUsage } from '../store/index.js'

/** Uses by hour and key. */
export interface CollectedUsage {
  /** Keys and hours. */
  readonly size: number
  /**
   * Adds one use, at an instant of the store's clock.
   *
   * @param isRoom - Whether there is room for a key and hour that is not here yet.
   * @returns whether it was added.
   */
  add(keyId: string, organizationId: string, at: Date, isRoom: () => boolean): boolean
  list(): KeyUsage[]
}

interface Counted {
  readonly organizationId: string
  count: number
  lastUsedMs: number
}

const hourMs = 3_600_000

/** Collects uses. The next use of a key in an hour makes nothing new: it is counted beside each request. */
export function collectedUsage(): CollectedUsage {
  const hours = new Map<number, Map<string, Counted>>()
  let size = 0
  return {
    get size() {
      return size
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

import type { KeyStore } from '../store/index.js'
import { fixedCopy } from './fixed-copy.js'
import type { MemoryState } from './state.js'

/** The methods of a memory store that count usage. */
export function memoryUsage({
  keys,
  usage,
  lastUses,
  batches,
}: MemoryState): Pick<KeyStore, 'recordUsage' | 'listUsage'> {
  return {
    async recordUsage(batchId, added) {
      if (batches.has(batchId)) return
      batches.add(batchId)
      for (const { keyId, organizationId, hour, count, lastUsedAt } of added) {
        const bucket = `${hour.getTime()} ${keyId}`
        const counted = usage.get(bucket)
        if (counted === undefined) usage.set(bucket, { keyId, organizationId, hour: new Date(hour), count })
        else counted.count += count
        const before = lastUses.get(keyId)
        if (keys.has(keyId) && (before === undefined || before < lastUsedAt)) lastUses.set(keyId, fixedCopy(lastUsedAt))
      }
    },

    async listUsage({ organizationId, keyId, from, to }) {
      const counts = new Map<number, number>()
      for (const use of usage.values()) {
        if (use.organizationId !== organizationId || (keyId !== undefined && use.keyId !== keyId)) continue
        if (use.hour < from || use.hour >= to) continue
        counts.set(use.hour.getTime(), (counts.get(use.hour.getTime()) ?? 0) + use.count)
      }
      return [...counts].sort(([a], [b]) => a - b).map(([hour, count]) => ({ hour: new Date(hour), count }))
    },
  }
}

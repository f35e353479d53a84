import { deepCopy } from '../../values/index.js'
import type { KeyStore } from '../key-store.js'
import { fixedCopy } from './fixed-copy.js'
import { later } from './later.js'
import type { MemoryState } from './state.js'

/** The methods of a memory store that count usage. */
export function memoryUsage({ keys, usage, batches }: MemoryState): Pick<KeyStore, 'recordUsage' | 'listUsage'> {
  return {
    async recordUsage(batchId, added) {
      if (batches.has(batchId)) return
      batches.add(batchId)
      for (const use of added) {
        const bucket = JSON.stringify([use.keyId, use.hour.getTime()])
        const before = usage.get(bucket)
        usage.set(bucket, {
          ...deepCopy(use),
          count: (before?.count ?? 0) + use.count,
          lastUsedAt: later(before?.lastUsedAt ?? null, use.lastUsedAt),
        })
        const record = keys.get(use.keyId)
        if (record !== undefined) {
          const lastUsedAt = fixedCopy(later(record.lastUsedAt, use.lastUsedAt))
          keys.set(use.keyId, Object.freeze({ ...record, lastUsedAt }))
        }
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

import { dayMs, hourMs, isSameOwner, type KeyStore, type UsageRequest } from '../store/index.js'
import { fixedCopy } from './fixed-copy.js'
import type { MemoryState } from './state.js'

type UsageMethods = Pick<KeyStore, 'recordUsage' | 'listUsage' | 'listKeyUsage' | 'listRefusals' | 'topKeys'>

/** The methods of a memory store that count usage. */
export function memoryUsage({ keys, usage, refusals, lastUses, previousUses, batches }: MemoryState): UsageMethods {
  const usesIn = (request: Omit<UsageRequest, 'keyId'>) => [...usage.values()].filter((use) => isIn(use, request))
  return {
    async recordUsage(batchId, added, refused = [], previous = []) {
      if (batches.has(batchId)) return
      batches.add(batchId)
      for (const { keyId, organizationId, hour, count, lastUsedAt } of added) {
        const bucket = `${hour.getTime()} ${keyId} ${organizationId}`
        const counted = usage.get(bucket)
        if (counted === undefined) usage.set(bucket, { keyId, organizationId, hour: new Date(hour), count })
        else counted.count += count
        const before = lastUses.get(keyId)
        if (keys.has(keyId) && (before === undefined || before < lastUsedAt)) lastUses.set(keyId, fixedCopy(lastUsedAt))
      }
      for (const use of previous) {
        const before = previousUses.get(use.keyId)
        if (before === undefined || before.lastUsedAt <= use.lastUsedAt) previousUses.set(use.keyId, fixedCopy(use))
      }
      for (const refusal of refused) {
        const bucket = `${refusal.hour.getTime()} ${refusal.keyId} ${refusal.code} ${refusal.organizationId}`
        const count = refusal.count + (refusals.get(bucket)?.count ?? 0)
        refusals.set(bucket, fixedCopy({ ...refusal, count }))
      }
    },

    async listUsage({ keyId, ...request }) {
      const uses = usesIn(request).filter((use) => keyId === undefined || use.keyId === keyId)
      const sums = summed(uses, request, () => []).map(({ hour, count }) => ({ hour, count }))
      return sums.sort((a, b) => a.hour.getTime() - b.hour.getTime())
    },

    async listKeyUsage({ keyIds, ...request }) {
      const uses = usesIn(request).filter((use) => keyIds.includes(use.keyId))
      return summed(uses, request, ({ keyId }) => [keyId])
    },

    async listRefusals({ keyIds, ...request }) {
      const those = [...refusals.values()]
        .filter((one) => isIn(one, request) && (keyIds === undefined || keyIds.includes(one.keyId)))
        .map((one) => ({ ...one, keyId: keyIds === undefined ? null : one.keyId }))
      return summed(those, request, ({ keyId, code }) => [keyId, code]).map(({ keyId, hour, code, count }) => {
        return { keyId, hour, code, count }
      })
    },

    async topKeys({ owner, limit, ...request }) {
      const ofOwner = usesIn({ ...request, bucketMs: dayMs }).filter(({ keyId }) => {
        const record = keys.get(keyId)
        return owner === undefined || (record !== undefined && isSameOwner(record.owner, owner))
      })
      const counts = new Map<string, number>()
      for (const { keyId, count } of ofOwner) counts.set(keyId, (counts.get(keyId) ?? 0) + count)
      const top = [...counts].map(([keyId, count]) => ({ keyId, count }))
      return top.sort((a, b) => b.count - a.count || (a.keyId < b.keyId ? -1 : 1)).slice(0, limit)
    },
  }
}

interface Counted {
  readonly organizationId: string
  readonly hour: Date
  readonly count: number
}

function isIn(
  { organizationId, hour }: Counted,
  { organizationId: asked, from, to, bucketMs = hourMs }: Omit<UsageRequest, 'keyId'>,
): boolean {
  if (organizationId !== asked || hour < from) return false
  if (hour.getTime() % hourMs === 0) return hour < to
  // A day that was added up: a whole one.
  return bucketMs !== hourMs && hour.getTime() < Math.ceil(to.getTime() / dayMs) * dayMs
}

/** Adds up counts of the same hour or day, and of the same names. */
function summed<C extends Counted>(
  counts: readonly C[],
  { bucketMs = 3_600_000 }: Pick<UsageRequest, 'bucketMs'>,
  namesOf: (count: C) => readonly unknown[],
): (Omit<C, 'organizationId'> & { count: number })[] {
  const sums = new Map<string, Omit<C, 'organizationId'> & { count: number }>()
  for (const { organizationId: _, ...one } of counts) {
    const begin = Math.floor(one.hour.getTime() / bucketMs) * bucketMs
    const name = JSON.stringify([begin, ...namesOf(one as unknown as C)])
    const sum = sums.get(name)
    if (sum === undefined) sums.set(name, { ...one, hour: new Date(begin) })
    else sum.count += one.count
  }
  return [...sums.values()]
}

import type { StoreRotations } from '../rotations/index.js'
import type { MemoryState } from './state.js'

/** The methods of a memory store for schedules. */
export function memoryRotations({ rotations, clock }: MemoryState): StoreRotations {
  return {
    async find(keyId) {
      return rotations.get(keyId) ?? null
    },

    async due(limit) {
      const now = clock()
      return [...rotations]
        .filter(([, { dueAt }]) => dueAt <= now)
        .sort(([, a], [, b]) => a.dueAt.getTime() - b.dueAt.getTime())
        .slice(0, limit)
        .map(([keyId]) => keyId)
    },
  }
}

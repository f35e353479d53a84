import type { Cost } from './cost.js'
import { prefixOf } from './phc-string.js'

/** A key has two hashes at most: its own, and the one before its last rotation. */
const hashesOfKey = 2
/** How many costs a bad key is made to pay for. */
const maxCosts = 4

/**
 * What a bad key costs: two hashes of each cost that stored hashes have, whether its id has one hash, two or none. Else the time
 * of an answer would tell which ids there are, and which of them were rotated or not used for long.
 */
export interface BadKeyWork {
  /** Takes in the cost of a stored hash. */
  learn(cost: Cost): void
  /** The costs of the hashes that are still to be computed after those of the key itself. */
  restOf(computed: readonly Cost[]): Cost[]
}

/** @param known - The cost of new hashes, and then those of older ones. */
export function badKeyWork(known: readonly [Cost, ...Cost[]]): BadKeyWork {
  const costs = new Map(known.map((cost) => [prefixOf(cost), cost]))
  // A row is not to be trusted with more: what somebody wrote there would slow down every bad key from then on.
  const most = 2 * known[0].memoryKiB * known[0].iterations
  return {
    learn: (cost) => {
      const isBounded = costs.size < maxCosts && cost.memoryKiB * cost.iterations <= most
      if (isBounded) costs.set(prefixOf(cost), cost)
    },
    restOf: (computed) =>
      [...costs].flatMap(([prefix, cost]) => {
        const done = computed.filter((each) => prefixOf(each) === prefix).length
        return Array<Cost>(Math.max(0, hashesOfKey - done)).fill(cost)
      }),
  }
}

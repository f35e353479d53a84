/** The end of an attempt, for Redis. */
export interface Settlement {
  readonly keys: readonly string[]
  readonly id: string
  readonly failed: boolean
}

/** Ends of attempts that Redis could not be told of, kept to be told later. */
export interface OwedSettlements {
  add(settlement: Settlement): void
  /** Takes out some that can be told now that a node has answered. */
  takeFor(node: string): readonly Settlement[]
}

/** Beyond it, one of the oldest is dropped and stays counted. */
const maxOwed = 10_000
/** Told at a time, so that a recovering Redis is not flooded. */
const maxTold = 100

/**
 * Keeps settlements by their node: while one is away, the answers of others do not have them tried again.
 *
 * @param nodeOf - The node that keys are on now. It may be another one later.
 */
export function owedSettlements(nodeOf: (keys: readonly string[]) => string): OwedSettlements {
  const byNode = new Map<string, Settlement[]>()
  let count = 0

  function take(node: string, most: number): readonly Settlement[] {
    const owed = byNode.get(node) ?? []
    const taken = owed.splice(0, most)
    count -= taken.length
    if (owed.length === 0) byNode.delete(node)
    return taken
  }

  return {
    add: (settlement) => {
      const node = nodeOf(settlement.keys)
      const owed = byNode.get(node)
      if (owed === undefined) byNode.set(node, [settlement])
      else owed.push(settlement)
      count += 1
      const [first = node] = byNode.keys()
      if (count > maxOwed) take(first, 1)
    },
    takeFor: (node) => {
      for (const [name, [first]] of byNode) {
        // What was owed to a node that is gone for good is told to the one that has its keys now.
        if (name === node || (first !== undefined && nodeOf(first.keys) === node)) return take(name, maxTold)
      }
      return []
    },
  }
}

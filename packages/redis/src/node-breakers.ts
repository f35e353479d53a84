import { type BreakerTimes, type CircuitBreaker, circuitBreaker } from './circuit-breaker.js'

/** A Redis Cluster has at most about as many nodes. Beyond it, the breaker that is the oldest is forgotten. */
const maxNodes = 1_000

/** Returns the circuit breaker of a node, by its name: while one node of a cluster is away, the others go on counting. */
export function nodeBreakers(times: BreakerTimes): (node: string) => CircuitBreaker {
  const breakers = new Map<string, CircuitBreaker>()
  return (node) => {
    const known = breakers.get(node)
    if (known !== undefined) return known
    const [oldest] = breakers.size < maxNodes ? [] : breakers.keys()
    if (oldest !== undefined) breakers.delete(oldest)
    const breaker = circuitBreaker(times)
    breakers.set(node, breaker)
    return breaker
  }
}

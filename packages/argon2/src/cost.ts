/** What one hash costs. The names of the PHC string: m, t and p. */
export interface Cost {
  readonly memoryKiB: number
  readonly iterations: number
  readonly parallelism: number
}

/**
 * The most that one hash may cost, configured or read from a row: 128 MiB, and about a second. Whoever can write a row must not
 * choose how much memory and time the server spends on it.
 */
export const ceiling: Cost = { memoryKiB: 131_072, iterations: 10, parallelism: 16 }

/** The minima of the OWASP Password Storage Cheat Sheet: each is as strong as the others. */
const minima: readonly (readonly [memoryKiB: number, iterations: number])[] = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9_216, 4],
  [7_168, 5],
]

/** Whether `cost` reaches one of the OWASP minima. */
export function isStrong({ memoryKiB, iterations }: Cost): boolean {
  return minima.some(([memory, passes]) => memoryKiB >= memory && iterations >= passes)
}

/** Whether argon2 can be computed at this cost (RFC 9106, section 3.1), and may be here. */
export function isBearable({ memoryKiB, iterations, parallelism }: Cost): boolean {
  return (
    parallelism >= 1 &&
    parallelism <= ceiling.parallelism &&
    iterations >= 1 &&
    iterations <= ceiling.iterations &&
    memoryKiB >= 8 * parallelism &&
    memoryKiB <= ceiling.memoryKiB
  )
}

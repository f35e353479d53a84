/** What one hash costs, by the parameters m, t and p of the PHC string. */
export interface Cost {
  readonly memoryKiB: number
  readonly iterations: number
  readonly parallelism: number
}

/**
 * The most that one hash may cost, whether configured or read from a row: 128 MiB and about a second. Otherwise, anyone who can
 * write a row could choose how much memory and time the server spends on it.
 */
export const maxCost: Cost = { memoryKiB: 131_072, iterations: 10, parallelism: 16 }

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

/** Whether argon2 can be computed at this cost (RFC 9106, section 3.1), and the cost does not exceed {@link maxCost}. */
export function isWithinCeiling({ memoryKiB, iterations, parallelism }: Cost): boolean {
  return (
    parallelism >= 1 &&
    parallelism <= maxCost.parallelism &&
    iterations >= 1 &&
    iterations <= maxCost.iterations &&
    memoryKiB >= 8 * parallelism &&
    memoryKiB <= maxCost.memoryKiB
  )
}

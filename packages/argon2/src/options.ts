import { availableParallelism } from 'node:os'
import { InvalidOptions } from '@keywright/core'
import { type Cost, ceiling, isStrong } from './cost.js'
import type { SlotLimits } from './slots.js'

/** Options of `argon2id`. Memory and iterations reach at least one of the minima of OWASP. */
export interface Argon2idOptions {
  /** Memory of one hash, in KiB: at most 131072. @defaultValue 19456: 19 MiB */
  readonly memoryKiB?: number | undefined
  /** Passes over that memory: at most 10. @defaultValue 2 */
  readonly iterations?: number | undefined
  /** Lanes that the memory is divided into: at most 16. @defaultValue 1 */
  readonly parallelism?: number | undefined
  /**
   * How many hashes are made at a time, each in a thread of Node's pool, with `memoryKiB` of its own.
   *
   * @defaultValue the cores; or the threads of that pool, `UV_THREADPOOL_SIZE` or 4, where they are fewer
   */
  readonly concurrency?: number | undefined
  /**
   * How many wait for their turn. Whatever comes after them is refused at once: as HTTP, with 503 and `Retry-After`.
   *
   * @defaultValue 32 for each that is made at a time: at 25 ms a hash, a wait of less than a second
   */
  readonly maxQueue?: number | undefined
}

/** The options, read. */
export interface Settings extends SlotLimits {
  readonly cost: Cost
}

/**
 * Checks the options once, at start-up.
 *
 * @throws InvalidOptions, naming the option.
 */
export function readOptions(options: Argon2idOptions): Settings {
  const { memoryKiB = 19_456, iterations = 2, parallelism = 1, concurrency = runnableAtOnce() } = options
  const cost = {
    memoryKiB: whole('memoryKiB', memoryKiB, 1, ceiling.memoryKiB),
    iterations: whole('iterations', iterations, 1, ceiling.iterations),
    parallelism: whole('parallelism', parallelism, 1, ceiling.parallelism),
  }
  if (!isStrong(cost)) {
    throw new InvalidOptions(
      'hasher.memoryKiB',
      'with hasher.iterations, at least 47104 with 1, 19456 with 2, 12288 with 3, 9216 with 4 or 7168 with 5',
    )
  }
  const slots = whole('concurrency', concurrency, 1, 1_024)
  return { cost, concurrency: slots, maxQueue: whole('maxQueue', options.maxQueue ?? 32 * slots, 0, 100_000) }
}

function whole(field: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new InvalidOptions(`hasher.${field}`, `a whole number from ${least} to ${most}`)
}

/** More would only stand in the pool's own queue, and there in the way of file and name look-ups. */
function runnableAtOnce(): number {
  const threads = Math.max(1, Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10) || 4)
  return Math.min(availableParallelism(), threads)
}

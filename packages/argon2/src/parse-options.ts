import { availableParallelism } from 'node:os'
import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import { type Cost, isStrong, isWithinCeiling, maxCost } from './cost.js'
import type { SemaphoreLimits } from './semaphore.js'

/**
 * Options of {@link argon2id}. Memory and iterations must reach one of the OWASP minima: 47104 KiB with 1 iteration, 19456
 * with 2, 12288 with 3, 9216 with 4, or 7168 with 5.
 */
export interface Argon2idOptions {
  /** Memory of one hash, in KiB, from 7168 to 131072. @defaultValue 19456: 19 MiB */
  readonly memoryKiB?: number | undefined
  /** Passes over that memory, from 1 to 10. @defaultValue 2 */
  readonly iterations?: number | undefined
  /** Lanes that the memory is divided into, from 1 to 16. @defaultValue 1 */
  readonly parallelism?: number | undefined
  /**
   * The costs at which hashes were made before, if some of them may still be stored: at most 3. A bad key then takes the same time
   * from the first request on, whichever cost the hash of its id has. Otherwise, the hasher learns a cost of up to twice its own
   * from the first hash of it that is looked at.
   *
   * @defaultValue none
   */
  readonly earlierCosts?: readonly Pick<Argon2idOptions, 'memoryKiB' | 'iterations' | 'parallelism'>[] | undefined
  /**
   * How many hashes run at a time, from 1 to 1024. Each takes a thread of Node's pool, and `memoryKiB` of memory.
   *
   * @defaultValue the number of cores, or of threads in that pool (`UV_THREADPOOL_SIZE`, or 4) if that is lower
   */
  readonly concurrency?: number | undefined
  /**
   * How many hashes wait for their turn, from 0 to 100000. Beyond that, requests are refused at once with 503 and
   * `Retry-After`.
   *
   * @defaultValue 32 × `concurrency`: at 25 ms a hash, the last one waits for less than a second, or two behind bad keys only
   */
  readonly maxQueue?: number | undefined
}

const costNames = { memoryKiB: true, iterations: true, parallelism: true } as const

const optionNames: NamesOf<Argon2idOptions> = {
  ...costNames,
  earlierCosts: true,
  concurrency: true,
  maxQueue: true,
}

/** Each takes two hashes more for every bad key. */
const maxEarlierCosts = 3

/** The options with their defaults. */
export interface ParsedOptions extends SemaphoreLimits {
  readonly cost: Cost
  readonly earlierCosts: readonly Cost[]
}

/** @throws {@link InvalidOptions} when an option is unknown or out of range, or the cost is below the OWASP minima. */
export function parseOptions(options: Argon2idOptions): ParsedOptions {
  checkNames(options, optionNames, { at: 'hasher' })
  const { concurrency = defaultConcurrency(), earlierCosts = [] } = options
  const cost = parseCost(options, 'hasher')
  if (!isStrong(cost)) {
    throw new InvalidOptions(
      'hasher.memoryKiB',
      'with hasher.iterations, at least 47104 with 1, 19456 with 2, 12288 with 3, 9216 with 4 or 7168 with 5',
    )
  }
  if (!Array.isArray(earlierCosts) || earlierCosts.length > maxEarlierCosts) {
    throw new InvalidOptions('hasher.earlierCosts', `a list of at most ${maxEarlierCosts} costs`)
  }
  return {
    cost,
    earlierCosts: earlierCosts.map((earlier: unknown, index) => {
      const at = `hasher.earlierCosts[${index}]`
      checkNames(earlier, costNames, { at })
      return parseCost(earlier as Argon2idOptions, at) // each field is checked there
    }),
    concurrency: wholeNumber(concurrency, 'hasher.concurrency', { least: 1, most: 1_024 }),
    maxQueue: wholeNumber(options.maxQueue ?? 32 * concurrency, 'hasher.maxQueue', { least: 0, most: 100_000 }),
  }
}

function parseCost({ memoryKiB = 19_456, iterations = 2, parallelism = 1 }: Argon2idOptions, at: string): Cost {
  const cost = {
    memoryKiB: wholeNumber(memoryKiB, `${at}.memoryKiB`, { least: 1, most: maxCost.memoryKiB }),
    iterations: wholeNumber(iterations, `${at}.iterations`, { least: 1, most: maxCost.iterations }),
    parallelism: wholeNumber(parallelism, `${at}.parallelism`, { least: 1, most: maxCost.parallelism }),
  }
  if (isWithinCeiling(cost)) return cost
  throw new InvalidOptions(`${at}.memoryKiB`, 'at least 8 KiB for each of the lanes of parallelism')
}

/** More hashes than threads would wait in the pool's own queue, and delay file and DNS look-ups there. */
function defaultConcurrency(): number {
  const threads = Math.max(1, Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10) || 4)
  return Math.min(availableParallelism(), threads)
}

/** One way of doing a thing. */
export interface Contender {
  readonly name: string
  /** Does it `times` times; at once, where that is what is measured. */
  run(): unknown
  /** How often one `run` does it. @defaultValue 1 */
  readonly times?: number
  /** How much processor time was used so far, in µs. @defaultValue by this process */
  readonly cpuUs?: () => number | Promise<number>
}

const rounds = 21

/**
 * Measures contenders in turn, again and again, and prints how each compares with the first: a busy neighbour on the machine
 * then slows all of them, and a ratio of one round is of one and the same time.
 */
export async function compare(title: string, contenders: readonly Contender[], sliceMs = 80): Promise<void> {
  for (const contender of contenders) await slice(contender, sliceMs) // warm
  const measured = contenders.map((): Slice[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) measured[index]?.push(await slice(contender, sliceMs))
  }

  console.log(`\n${title}`)
  const [base = []] = measured
  const lines = contenders.map(({ name }, index) => {
    const slices = measured[index] ?? []
    const ratios = slices.map(({ wallUs }, round) => (base[round]?.wallUs ?? Number.NaN) / wallUs)
    return {
      '': name,
      'µs each': at(
        slices.map(({ wallUs }) => wallUs),
        0.5,
      ),
      'CPU µs': at(
        slices.map(({ cpuUs }) => cpuUs),
        0.5,
      ),
      'times as fast': at(ratios, 0.5),
      'middle half of rounds': `${at(ratios, 0.25)} to ${at(ratios, 0.75)}`,
    }
  })
  console.table(Object.fromEntries(lines.map(({ '': name, ...line }) => [name, line])))
}

interface Slice {
  /** Time that passed for each. */
  readonly wallUs: number
  /** Processor time for each: of this process, without a server's, or of the server alone. */
  readonly cpuUs: number
}

async function slice({ run, times = 1, cpuUs = ownCpuUs }: Contender, sliceMs: number): Promise<Slice> {
  let done = 0
  const cpuBefore = await cpuUs()
  const start = performance.now()
  while (performance.now() - start < sliceMs) {
    const running = run()
    if (running instanceof Promise) await running
    // As between a server's requests; what this contender left to be cleaned up is not left to the next one.
    await new Promise(setImmediate)
    done += times
  }
  const wallUs = ((performance.now() - start) * 1_000) / done
  return { wallUs, cpuUs: ((await cpuUs()) - cpuBefore) / done }
}

/** The processor time of this process so far, in µs. */
export function ownCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The value below which `share` of all values are. */
export function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
  return Number(value.toPrecision(3))
}

/** Calls `one` for 64 items at once; each call of what this returns goes on where the last one ended. */
export function at64<T>(items: readonly T[], one: (item: T) => unknown): Pick<Contender, 'run' | 'times'> {
  let next = 0
  const take = (): T => {
    next = (next + 7) % items.length
    return items[next] as T // `next` is below the length
  }
  return { times: 64, run: () => Promise.all(Array.from({ length: 64 }, () => one(take()))) }
}

/** Calls `one` for one item after the other. */
export function oneByOne<T>(items: readonly T[], one: (item: T) => unknown): Pick<Contender, 'run'> {
  let next = 0
  return {
    run: () => {
      next = (next + 7) % items.length
      return one(items[next] as T) // `next` is below the length
    },
  }
}

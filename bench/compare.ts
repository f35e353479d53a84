/** One way of doing a thing. */
export interface Contender {
  readonly name: string
  /** Does it `times` times; at once, where that is what is measured. */
  run(): unknown
  /** How often one `run` does it. @defaultValue 1 */
  readonly times?: number
  /** How much processor time was used so far, in µs. @defaultValue by this process */
  readonly cpuUs?: () => number | Promise<number>
  /** Begins a turn. */
  begin?(): void
  /** Ends a turn, which lasts until this is done. */
  end?(): Promise<void>
}

/** How long a turn is, and how many of them each contender has. */
export interface Turns {
  readonly rounds: number
  readonly turnMs: number
}

/** One turn of a contender. */
interface Turn {
  /** Time that passed for each. */
  readonly wallUs: number
  /** Processor time for each: of this process, without a server's, or of the server alone. */
  readonly cpuUs: number
}

/** The turns of a contender, one for each round. */
export interface Measured {
  readonly name: string
  readonly turns: readonly Turn[]
}

/** The median of all rounds, and where their middle half begins and ends. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * Measures contenders in turn, again and again: a busy neighbour on the machine then slows all of them, and a ratio of one round is of
 * one and the same time.
 */
export async function measure(contenders: readonly Contender[], turns: Turns): Promise<readonly Measured[]> {
  // Warm: compiled, connected and prepared.
  const warmMs = Math.min(turns.turnMs, 400)
  for (let round = 0; round < 3; round += 1) for (const contender of contenders) await turn(contender, warmMs)
  const measured = contenders.map(({ name }) => ({ name, turns: [] as Turn[] }))
  for (let round = 0; round < turns.rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      measured[index]?.turns.push(await turn(contender, turns.turnMs))
    }
  }
  return measured
}

/** Measures contenders, and prints how each compares with the first. */
export async function compare(title: string, contenders: readonly Contender[]): Promise<void> {
  const measured = await measure(contenders, { rounds: 21, turnMs: 80 })
  const [base] = measured
  if (base === undefined) return
  console.log(`\n${title}`)
  const lines = measured.map((one) => {
    const ratio = timesAsFast(one, base)
    const line = {
      'µs each': medianOf(one, 'wallUs'),
      'CPU µs': medianOf(one, 'cpuUs'),
      'times as fast': ratio.median,
      'middle half of rounds': `${ratio.low} to ${ratio.high}`,
    }
    return [one.name, line] as const
  })
  console.table(Object.fromEntries(lines))
}

/** How many times as fast as another a contender was. */
export function timesAsFast(one: Measured, other: Measured): Spread {
  return spreadOf(one.turns.map(({ wallUs }, round) => (other.turns[round]?.wallUs ?? Number.NaN) / wallUs))
}

/** Time for each, in µs. */
export function medianOf(one: Measured, what: keyof Turn): number {
  return at(
    one.turns.map((turn) => turn[what]),
    0.5,
  )
}

/** The median and the middle half of values. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: at(values, 0.5), low: at(values, 0.25), high: at(values, 0.75) }
}

async function turn({ run, times = 1, cpuUs = ownCpuUs, begin, end }: Contender, turnMs: number): Promise<Turn> {
  let done = 0
  begin?.()
  const cpuBefore = await cpuUs()
  const start = performance.now()
  while (performance.now() - start < turnMs) {
    const running = run()
    if (running instanceof Promise) await running
    // As between a server's requests; what this contender left to be cleaned up is not left to the next one.
    await new Promise(setImmediate)
    done += times
  }
  await end?.()
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
  const take = inTurn(items)
  return { times: 64, run: () => Promise.all(Array.from({ length: 64 }, () => one(take()))) }
}

/** Calls `one` for one item after the other. */
export function oneByOne<T>(items: readonly T[], one: (item: T) => unknown): Pick<Contender, 'run'> {
  const take = inTurn(items)
  return { run: () => one(take()) }
}

/** Calls `one` for 64 items, one after the other: for what is so quick that a turn of the event loop would show. */
export function inARow<T>(items: readonly T[], one: (item: T) => unknown): Pick<Contender, 'run' | 'times'> {
  const take = inTurn(items)
  const run = async (): Promise<void> => {
    for (let called = 0; called < 64; called += 1) await one(take())
  }
  return { times: 64, run }
}

function inTurn<T>(items: readonly T[]): () => T {
  let next = 0
  return () => {
    next = (next + 7) % items.length
    return items[next] as T // `next` is below the length
  }
}

import type { Costs } from './costs.js'

/** How many keys there are, how they are used, and what is set. */
export interface Load {
  readonly name: string
  readonly keys: number
  readonly verificationsPerSecond: number
  /** What is set, in words. */
  readonly setting: string
  /** `usageFlushMs` of the keyring. */
  readonly flushMs: number
  /** Whether requests with the same key come to the same process. */
  readonly routed: boolean
  /** Connections of each process. */
  readonly poolSize: number
  /** Servers that share the keys, each with its own. */
  readonly shards: number
  /** Masters of a Redis Cluster. */
  readonly redisNodes: number
  /** For how many days usage is kept by the hour; by the day before that. */
  readonly hourlyDays: number
}

/** What a load asks for. */
export interface Need {
  /** Processes of one core that are half idle. */
  readonly processes: number
  /** Of each server: cores for look-ups and for usage, and connections. */
  readonly readCores: number
  readonly usageCores: number
  readonly walMegabytesPerSecond: number
  readonly connections: number
  readonly diskTerabytes: number
  /** Of each Redis, if each key has a limit. */
  readonly redisCores: number
}

/** Of ten keys, one is in use; the others rest. */
const activeShare = 0.1
/** A statement of a verification is on its way for a millisecond: those that come meanwhile share the next one. */
const roundTripSeconds = 0.001
const keptDays = 365
const hoursInUse = 10

/** Works out what a load asks for, from what each thing costs. */
export function needOf(costs: Costs, load: Load): Need {
  const { keys, verificationsPerSecond: rate, shards } = load
  const verifyUs = costs.guardUs - costs.verify.memoryUs + costs.verify.postgresUs
  const halfIdle = (us: number) => Math.max(1, Math.ceil((2 * us) / 1e6))
  const verifying = halfIdle(rate * verifyUs)
  const processes = halfIdle(rate * verifyUs + usesWritten(load, verifying) * costs.usage.processUs)
  const perServer = rate / shards
  const together = Math.min(64, Math.max(1, (rate / processes) * roundTripSeconds))
  const written = usesWritten(load, processes) / shards
  const active = keys * activeShare
  const hours = active * (load.hourlyDays * hoursInUse + (keptDays - load.hourlyDays))
  const disk = keys * (costs.bytes.key + 2 * costs.bytes.auditRecord) + hours * costs.bytes.usageHour
  return {
    processes,
    readCores: (perServer * readUs(costs, together)) / 1e6,
    usageCores: (written * costs.usage.serverUs) / 1e6,
    walMegabytesPerSecond: (written * costs.usage.walBytes) / 1e6,
    connections: processes * load.poolSize,
    diskTerabytes: disk / shards / 1e12,
    redisCores: (rate * costs.redisUs) / 1e6 / load.redisNodes,
  }
}

/** What a look-up costs the server if `together` of them share a statement. */
function readUs({ verify: { serverAloneUs, serverUs } }: Costs, together: number): number {
  const eachUs = Math.max(0, (64 * serverUs - serverAloneUs) / 63)
  return eachUs + (serverAloneUs - eachUs) / together
}

/** How many keys' uses all processes write in a second: each writes each key once an interval, however often it was used. */
function usesWritten({ keys, verificationsPerSecond, flushMs, routed }: Load, processes: number): number {
  const seconds = flushMs / 1_000
  const active = keys * activeShare
  const writers = routed ? 1 : processes
  const used = (verificationsPerSecond / writers) * seconds
  return (writers * active * -Math.expm1(-used / active)) / seconds
}

import type { Schemas } from '../client/client.js'

export type UsagePoint = Schemas['UsagePoint']

export function callsIn(points: readonly UsagePoint[]): number {
  return points.reduce((sum, { count }) => sum + count, 0)
}

/** Requests of all reasons that were refused. */
export function refusedAt({ refusals }: UsagePoint): number {
  return Object.values(refusals).reduce((sum, count) => sum + count, 0)
}

export function refusedIn(points: readonly UsagePoint[]): number {
  return points.reduce((sum, point) => sum + refusedAt(point), 0)
}

/** How often each reason was given, the most frequent first. */
export function refusalsByCode(points: readonly UsagePoint[]): readonly (readonly [code: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const { refusals } of points) {
    for (const [code, count] of Object.entries(refusals)) counts.set(code, (counts.get(code) ?? 0) + count)
  }
  return [...counts].sort(([, one], [, other]) => other - one)
}

/** Adds the counts of several keys, hour by hour. */
export function sumOf(series: readonly (readonly UsagePoint[])[]): readonly UsagePoint[] {
  const sums = new Map<string, UsagePoint>()
  for (const { start, count, refusals } of series.flat()) {
    const before = sums.get(start) ?? { start, count: 0, refusals: {} }
    const both = { ...before.refusals }
    for (const [code, more] of Object.entries(refusals)) both[code] = (both[code] ?? 0) + more
    sums.set(start, { start, count: before.count + count, refusals: both })
  }
  return [...sums.values()].sort((one, other) => one.start.localeCompare(other.start))
}

import type { ActReport } from './run.js'

/** A table of what the acts of a soak have found. */
export function summary(reports: readonly ActReport[]): string {
  const rows = reports.flatMap(
    ({ name, attack, uses, tally, disturbances, slowestHealMs, largestHeap, faults, strays }) => [
      [name, ''],
      ...[...tally].sort(([a], [b]) => a.localeCompare(b)).map(([code, n]) => [`  ${code}`, n]),
      ...[...disturbances].map(([kind, n]) => [`  ${kind}`, n]),
      ['  slowest to heal, ms', Math.round(slowestHealMs)],
      ['  largest heap, MiB', Math.round(largestHeap)],
      ['  uses passed', uses.passed],
      ['  uses recorded', uses.recorded],
      ['  uses that may be lost', uses.mayBeLost],
      ['  guesses at one id', attack.guesses],
      ['  p99 of good requests, ms', attack.quietMs.toFixed(1)],
      ['  among as many other good ones, ms', attack.crowdedMs.toFixed(1)],
      ['  under the attack, ms', attack.attackedMs.toFixed(1)],
      ['  under the attack, ratio (aim: 3)', ratioOf(attack).toFixed(2)],
      ['  503 that met a time limit', strays.length],
      ['  faults', faults.length],
    ],
  )
  return rows.map(([what, value]) => `${String(what).padEnd(36)}${String(value).padStart(10)}`).join('\n')
}

/** How much slower the slowest good requests are under an attack on one id. */
export function ratioOf({ quietMs, attackedMs }: ActReport['attack']): number {
  return attackedMs / quietMs
}

import { describe, expect, it } from 'vitest'
import { connect, engines } from '../../packages/kysely/test/engines.js'
import { testsEverything } from '../support/everything.js'
import { type RunReport, run } from './run.js'

// In a gate: as long as CONS-1 asks for. At a desk: long enough to see that nothing is broken.
const seconds = Number(process.env.KEYWRIGHT_CONSISTENCY_SECONDS ?? 20)
const operations = Number(process.env.KEYWRIGHT_CONSISTENCY_OPERATIONS ?? 0)

const postgres = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()
const db = await connect(postgres)
await db?.destroy()

function print(name: string, { violations, ...counts }: RunReport): void {
  console.info(name, { ...counts, violations: violations.length })
}

describe('four processes that verify while keys change and processes are stopped and killed (CONS-1, FI-18, FI-19)', () => {
  if (db === null) {
    console.warn(`PostgreSQL is left out: nothing answers at ${postgres.url}`)
    it.skipIf(!testsEverything)('have a PostgreSQL to run on', () => {
      expect.unreachable(`Nothing answers at ${postgres.url}`)
    })
  } else {
    it('on PostgreSQL see each change from the moment its call returned', {
      timeout: 1_000 * (2 * seconds + 60),
    }, async () => {
      const report = await run({ engine: 'postgres', url: postgres.url ?? '', seconds, operations })
      print('PostgreSQL', report)
      expect(report.violations).toEqual([])
      expect(report.operations).toBeGreaterThan(500)
      if (report.operations < operations)
        console.warn(`This machine did fewer than the ${operations} operations aimed for`)
      expect(report.controllersKilled).toBeGreaterThan(0)
      expect(report.workersStopped).toBeGreaterThan(0)
    })
  }

  it('on one SQLite file see each change from the moment its call returned', { timeout: 60_000 }, async () => {
    const report = await run({ engine: 'sqlite', seconds: 5 })
    print('SQLite', report)
    expect(report.violations).toEqual([])
    expect(report.operations).toBeGreaterThan(500)
  })
})

describe('the check of a history', () => {
  it('fails for a store that serves reads for 300 ms', { timeout: 60_000 }, async () => {
    const report = await run({ engine: 'sqlite', seconds: 3, staleMs: 300 })
    print('SQLite, lying', report)
    expect(report.violations.length).toBeGreaterThan(10)
    expect(report.violations.join('\n')).toMatch(/was answered ok, \d+ µs after it was (disabled|revoked|deleted)/)
  })
})

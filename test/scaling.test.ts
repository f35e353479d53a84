import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Costs } from '../bench/scaling/costs.js'
import { needOf } from '../bench/scaling/model.js'
import { scalingTables } from '../bench/scaling/page.js'

const docs = join(import.meta.dirname, '../docs')
const costs: Costs = JSON.parse(readFileSync(join(docs, 'scaling.json'), 'utf8'))

it('docs/scaling.md has the tables that follow from docs/scaling.json', () => {
  const page = readFileSync(join(docs, 'scaling.md'), 'utf8')
  for (const table of Object.values(scalingTables(costs))) expect(page).toContain(table)
})

const load = {
  name: 'a load',
  keys: 1e6,
  verificationsPerSecond: 1e5,
  setting: '',
  flushMs: 10_000,
  routed: false,
  poolSize: 10,
  shards: 1,
  redisNodes: 1,
  hourlyDays: 365,
}

it('a key that is used in each process is written once by each of them, and once in all where requests are routed', () => {
  const often = { ...load, keys: 1e4 }
  const { usageCores, processes } = needOf(costs, often)
  // A tenth of all keys, in each process, every ten seconds.
  expect(usageCores / ((costs.usage.serverUs * 1e3 * processes) / 10 / 1e6)).toBeCloseTo(1, 1)
  const routed = needOf(costs, { ...often, routed: true })
  expect(routed.usageCores / ((costs.usage.serverUs * 1e3) / 10 / 1e6)).toBeCloseTo(1, 1)
})

it('a lone look-up costs what was measured alone, and many at once what was measured with 64', () => {
  const one = needOf(costs, { ...load, verificationsPerSecond: 1 })
  expect(one.readCores * 1e6).toBeCloseTo(costs.verify.serverAloneUs, 3)
  const many = needOf(
    { ...costs, guardUs: 1, verify: { ...costs.verify, memoryUs: 0, postgresUs: 1 } },
    { ...load, verificationsPerSecond: 1e6 },
  )
  expect(many.readCores).toBeCloseTo(costs.verify.serverUs, 3)
})

it('what is kept by the day takes less disk than by the hour, and servers share it', () => {
  const byHour = needOf(costs, load).diskTerabytes
  const byDay = needOf(costs, { ...load, hourlyDays: 0 }).diskTerabytes
  expect(byHour - byDay).toBeCloseTo((1e5 * 365 * 9 * costs.bytes.usageHour) / 1e12, 6)
  expect(needOf(costs, { ...load, shards: 4 }).diskTerabytes).toBeCloseTo(byHour / 4, 9)
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Costs } from './costs.js'
import { type Load, type Need, needOf } from './model.js'

const path = join(import.meta.dirname, '../../docs/scaling.md')
const marks = {
  costs: ['<!-- Unit costs, written by pnpm run scaling in bench. -->', '<!-- The end of the unit costs. -->'],
  loads: ['<!-- Loads, written by pnpm run scaling in bench. -->', '<!-- The end of the loads. -->'],
} as const

const plain = {
  setting: 'the defaults',
  flushMs: 10_000,
  routed: false,
  poolSize: 10,
  shards: 1,
  redisNodes: 1,
  hourlyDays: 365,
}
const slow = { ...plain, setting: '`usageFlushMs: 60_000`', flushMs: 60_000 }
const pruned = { ...slow, setting: 'and usage by the hour for 30 days', hourlyDays: 30 }
const routed = {
  ...pruned,
  setting: 'and a pool of 4, requests routed by key, 3 masters of Redis',
  routed: true,
  poolSize: 4,
  redisNodes: 3,
}
const sharded = {
  ...routed,
  setting: 'and 32 servers, each with its keys, pools of 2; 24 masters of Redis',
  shards: 32,
  poolSize: 2,
  redisNodes: 24,
}

/** The loads of the page. Each line of a load adds one setting to the line above. */
const loads: readonly Load[] = [
  { name: 'A product', keys: 1e3, verificationsPerSecond: 1e1, ...plain },
  { name: 'A busy one', keys: 1e5, verificationsPerSecond: 1e3, ...plain },
  { name: 'A platform', keys: 1e6, verificationsPerSecond: 1e4, ...plain },
  { name: 'A platform', keys: 1e6, verificationsPerSecond: 1e4, ...slow },
  { name: 'A large one', keys: 1e7, verificationsPerSecond: 1e5, ...plain },
  { name: 'A large one', keys: 1e7, verificationsPerSecond: 1e5, ...slow },
  { name: 'A large one', keys: 1e7, verificationsPerSecond: 1e5, ...pruned },
  { name: 'A large one', keys: 1e7, verificationsPerSecond: 1e5, ...routed },
  { name: 'A cloud', keys: 1e9, verificationsPerSecond: 1e6, ...plain },
  { name: 'A cloud', keys: 1e9, verificationsPerSecond: 1e6, ...routed },
  { name: 'A cloud', keys: 1e9, verificationsPerSecond: 1e6, ...sharded },
]

/** What one server may be asked for before another has to share the work. */
const bounds: Readonly<Record<Exclude<keyof Need, 'processes'>, { readonly most: number; readonly name: string }>> = {
  readCores: { most: 16, name: 'look-ups' },
  usageCores: { most: 16, name: 'writing usage' },
  walMegabytesPerSecond: { most: 100, name: 'the log of changes' },
  connections: { most: 500, name: 'connections' },
  diskTerabytes: { most: 4, name: 'disk' },
  redisCores: { most: 1, name: 'Redis' },
}

/** The tables of the page. */
export function scalingTables(costs: Costs): { readonly costs: string; readonly loads: string } {
  return { costs: costTable(costs), loads: loadTable(costs) }
}

/** Puts the tables into docs/scaling.md, and returns them. */
export function writeScaling(costs: Costs): string {
  const tables = scalingTables(costs)
  let page = readFileSync(path, 'utf8')
  for (const key of ['costs', 'loads'] as const) page = replaceBetween(page, marks[key], tables[key])
  writeFileSync(path, page)
  return `${tables.costs}\n\n${tables.loads}`
}

function replaceBetween(page: string, [begin, end]: readonly [string, string], text: string): string {
  const [before, after] = [page.indexOf(begin), page.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`${path} has no place for a table`)
  return `${page.slice(0, before + begin.length)}\n\n${text}\n\n${page.slice(after)}`
}

function costTable({ measured, verify, guardUs, usage, create, revoke, redisUs, bytes }: Costs): string {
  const us = (value: number) => `${value.toLocaleString('en')} µs`
  const size = (value: number) => `${value.toLocaleString('en')} bytes`
  return table(
    ['', 'the process', 'PostgreSQL', 'its log of changes'],
    [
      ['a verification, keys in memory', us(verify.memoryUs), '', ''],
      ['a verification, the key in the cache of the process', us(verify.cacheUs), '', ''],
      ['a verification, alone', '', us(verify.serverAloneUs), ''],
      ['a verification, 64 at once', us(verify.postgresUs), us(verify.serverUs), ''],
      ['a guard before Fastify, keys in memory', us(guardUs), '', ''],
      ['a key whose uses are written, however many', us(usage.processUs), us(usage.serverUs), size(usage.walBytes)],
      ['creating a key', '', us(create.serverUs), size(create.walBytes)],
      ['revoking a key', '', us(revoke.serverUs), size(revoke.walBytes)],
      ['a unit of one rate limit', `${us(redisUs)} of Redis`, '', ''],
      ['a key on disk, with what lists find it by', '', size(bytes.key), ''],
      ['an audit record on disk', '', size(bytes.auditRecord), ''],
      ['a key and an hour in which it was used, on disk', '', size(bytes.usageHour), ''],
    ],
    `Measured: ${measured}.`,
  )
}

function loadTable(costs: Costs): string {
  return table(
    [
      'keys, verifications a second',
      'set',
      'processes',
      'cores: look-ups + usage',
      'log, MB/s',
      'connections',
      'disk, TB',
      'cores of Redis',
      'first bottleneck',
    ],
    loads.map((load) => {
      const need = needOf(costs, load)
      return [
        `${short(load.keys)}, ${short(load.verificationsPerSecond)}`,
        load.setting,
        need.processes.toLocaleString('en'),
        `${short(need.readCores)} + ${short(need.usageCores)}`,
        short(need.walMegabytesPerSecond),
        need.connections.toLocaleString('en'),
        short(need.diskTerabytes),
        short(need.redisCores),
        bottleneckOf(need),
      ]
    }),
  )
}

/** What is asked for most, of what a server can give. */
function bottleneckOf(need: Need): string {
  const shares = Object.entries(bounds).map(([key, { most, name }]) => ({
    name,
    share: need[key as keyof typeof bounds] / most,
  })) // its own keys
  const [first] = shares.sort((a, b) => b.share - a.share)
  return first === undefined || first.share < 1 ? 'none' : `${first.name}: ${short(first.share)} × too much`
}

function short(value: number): string {
  if (value >= 1e9) return `${value / 1e9} × 10⁹`
  if (value >= 1e6) return `${value / 1e6} × 10⁶`
  if (value >= 1_000) return Math.round(value).toLocaleString('en')
  return value < 0.01 ? '< 0.01' : String(Number(value.toPrecision(2)))
}

function table(head: readonly string[], rows: readonly (readonly string[])[], before?: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const lines = [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)]
  return [...(before === undefined ? [] : [before, '']), ...lines].join('\n')
}

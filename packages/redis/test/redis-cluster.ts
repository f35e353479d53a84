import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../../../test/support/free-port.js'
import { type OwnRedis, ownRedis } from '../../../test/support/own-redis.js'
import { slotOf } from '../src/hash-slot.js'

/** A Redis Cluster of a test's own: three masters, and a replica of the last one. */
export interface RedisCluster {
  readonly masters: readonly OwnRedis[]
  readonly addresses: readonly { readonly host: string; readonly port: number }[]
  /** A text whose hash slot is on that master, and which no other call has returned. */
  subjectOn(master: number): string
  /** Sends one command to one node. */
  command(node: OwnRedis, ...args: readonly [string, ...string[]]): Promise<unknown>
  /** Kills the last master, and settles when its replica is the master; `recover` starts it as the replica of that. */
  failOver(): Promise<{ readonly recover: () => Promise<void> }>
  /** Settles when every node takes the whole cluster for well. */
  isWell(): Promise<void>
  remove(): Promise<void>
}

const ranges = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const

/** With full coverage, which is the default of Redis, the whole cluster stops while one of its slots has no node. */
const settings = [
  ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'],
  ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
]

export async function redisCluster(program: string): Promise<RedisCluster> {
  const nodes: OwnRedis[] = []
  const buses: number[] = []
  for (let index = 0; index < 4; index += 1) {
    const bus = await freePort()
    buses.push(bus)
    nodes.push(await ownRedis(program, [...settings, '--cluster-port', String(bus)]))
  }
  const masters = nodes.slice(0, 3)
  let [first, last, replica] = [nodes[0], nodes[2], nodes[3]] as [OwnRedis, OwnRedis, OwnRedis] // four were made
  await Promise.all(nodes.map((node) => node.start()))
  for (const [index, node] of nodes.entries()) {
    await command(first, 'CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(buses[index]))
  }
  for (const [index, range] of ranges.entries()) {
    await command(masters[index] as OwnRedis, 'CLUSTER', 'ADDSLOTSRANGE', ...range.map(String)) // there are three
  }
  const isWell = () => until(async () => (await Promise.all(nodes.map(seesAll))).every(Boolean))
  await isWell()
  await command(replica, 'CLUSTER', 'REPLICATE', String(await command(last, 'CLUSTER', 'MYID')))
  const follows = () => until(async () => /link_status:up/.test(String(await command(replica, 'INFO', 'replication'))))
  await follows()
  await isWell()
  let subjects = 0
  return {
    masters,
    addresses: masters.map(({ port }) => ({ host: '127.0.0.1', port })),
    subjectOn: (master) => {
      const [from = 0, to = 0] = ranges[master] ?? []
      for (;;) {
        subjects += 1
        const slot = slotOf([`s${subjects}`])
        if (slot >= from && slot <= to) return `s${subjects}`
      }
    },
    failOver: async () => {
      await last.kill()
      await until(async () => /role:master/.test(String(await command(replica, 'INFO', 'replication'))))
      ;[last, replica] = [replica, last]
      return {
        recover: async () => {
          await replica.start()
          await follows()
          await isWell()
        },
      }
    },
    command,
    isWell,
    remove: async () => void (await Promise.all(nodes.map((node) => node.remove()))),
  }
}

/** Whether a node takes all slots for well, and knows all nodes. */
async function seesAll(node: OwnRedis): Promise<boolean> {
  const info = String(await command(node, 'CLUSTER', 'INFO'))
  return ['cluster_state:ok', 'cluster_slots_ok:16384', 'cluster_known_nodes:4'].every((line) => info.includes(line))
}

async function command(node: OwnRedis, name: string, ...args: readonly string[]): Promise<unknown> {
  const client = new Redis(node.url, { retryStrategy: null })
  client.on('error', () => {})
  try {
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return
    await sleep(50)
  }
  throw new Error('The Redis Cluster did not come together within 30 seconds')
}

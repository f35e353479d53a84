import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../test/support/free-port.js'
import { type OwnRedis, ownRedis } from '../../../test/support/own-redis.js'

/** A master, its replica, and a sentinel that puts the one in the place of the other. */
export interface SentinelSetup {
  readonly name: string
  readonly sentinel: { readonly host: string; readonly port: number }
  /** Kills the master that was there first. */
  killMaster(): Promise<void>
  remove(): Promise<void>
}

export async function redisSentinel(program: string): Promise<SentinelSetup> {
  const [name, host] = ['keywright', '127.0.0.1']
  const master = await ownRedis(program)
  await master.start()
  const replica: OwnRedis = await ownRedis(program, [
    ...['--replicaof', host, String(master.port), '--repl-diskless-sync-delay', '0'],
  ])
  await replica.start()
  const folder = mkdtempSync(join(tmpdir(), 'keywright-sentinel-'))
  const [file, port] = [join(folder, 'sentinel.conf'), await freePort()]
  const lines = [
    `port ${port}`,
    `bind ${host}`,
    `dir ${folder}`,
    `sentinel monitor ${name} ${host} ${master.port} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
  ]
  writeFileSync(file, lines.join('\n'))
  const running = spawn(program, [file, '--sentinel'], { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise<void>((resolve, reject) => {
    let log = ''
    running.stdout.on('data', (chunk) => {
      log += chunk
      if (log.includes('+slave slave')) resolve() // it knows the replica
    })
    running.once('exit', (code) => reject(new Error(`The sentinel ended with ${code}: ${log}`)))
  })
  return {
    name,
    sentinel: { host, port },
    killMaster: () => master.kill(),
    remove: async () => {
      const ended = once(running, 'exit')
      running.kill('SIGKILL')
      await ended
      await Promise.all([master.remove(), replica.remove()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

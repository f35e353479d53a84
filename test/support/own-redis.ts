import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.js'

/** A Redis server of a test's own, which keeps nothing on disk. */
export interface OwnRedis {
  readonly url: string
  readonly port: number
  start(): Promise<void>
  /** Kills it. All that it counted is gone. */
  kill(): Promise<void>
  /** Stops it where it stands. What is sent to it waits until {@link OwnRedis.thaw}. */
  freeze(): void
  thaw(): void
  remove(): Promise<void>
}

/** The path of the server's program, or `null`. */
export function findRedisServer(): string | null {
  const folders = (process.env.PATH ?? '').split(':')
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path)) ?? null
}

/** Makes a Redis server on a port of its own. `settings` are further arguments of its program. */
export async function ownRedis(program: string, settings: readonly string[] = []): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-redis-'))
  const port = await freePort()
  let running: ChildProcess | null = null
  const kill = async (): Promise<void> => {
    if (running !== null && running.exitCode === null && running.signalCode === null) {
      const ended = once(running, 'exit')
      running.kill('SIGKILL')
      await ended
    }
    running = null
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start: async () => {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
      const started = spawn(program, [...args, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] })
      running = started
      const lines = createInterface({ input: started.stdout })
      await new Promise<void>((resolve, reject) => {
        lines.on('line', (line) => {
          if (line.includes('eady to accept connections')) resolve()
        })
        started.once('error', reject)
        started.once('exit', (code) => reject(new Error(`Redis ended with ${code}`)))
      })
    },
    kill,
    freeze: () => void running?.kill('SIGSTOP'),
    thaw: () => void running?.kill('SIGCONT'),
    remove: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

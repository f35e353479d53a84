import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'

/** A MariaDB server of a test's own. Its user `root` has all rights. */
export interface OwnMariadb {
  readonly url: string
  /** @param options - Of the program, beside those that every start has. */
  start(...options: readonly string[]): Promise<void>
  stop(): Promise<void>
  /** Ends it where it stands. */
  kill(): Promise<void>
  remove(): Promise<void>
}

/** Where the server's program is, or `null`. */
export function findMariadb(): string | null {
  const folders = ['/usr/sbin', '/usr/local/sbin', ...(process.env.PATH ?? '').split(':')]
  return folders.map((folder) => join(folder, 'mariadbd')).find(existsSync) ?? null
}

const startMs = 60_000

/** Makes the files of a server in a folder of its own. */
export async function ownMariadb(program: string): Promise<OwnMariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-mariadb-'))
  const data = join(folder, 'data')
  const run = promisify(execFile)
  // The server refuses to be run by root.
  const isRoot = process.getuid?.() === 0
  const asUser = isRoot ? ['--user=mysql'] : []
  mkdirSync(data)
  if (isRoot) await run('chown', ['-R', 'mysql', folder])
  const install = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal']
  await run('mariadb-install-db', [...install, ...asUser], { cwd: '/tmp', timeout: 60_000 })

  const port = await freePort()
  const log = join(folder, 'log')
  let child: ChildProcess | null = null
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await ended
  }
  return {
    url: `mysql://root@127.0.0.1:${port}/test`,
    start: async (...options) => {
      const here = [`--datadir=${data}`, `--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`]
      const small = ['--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=0', '--performance-schema=OFF']
      const address = [`--port=${port}`, '--bind-address=127.0.0.1']
      const all = ['--no-defaults', ...asUser, ...here, ...address, ...small, ...options]
      const output = openSync(log, 'a')
      const started = spawn(program, all, { cwd: '/tmp', stdio: ['ignore', output, output] })
      closeSync(output)
      child = started
      const ending = performance.now() + startMs
      while (!(await answers(port))) {
        if (started.exitCode === null && performance.now() < ending) {
          await new Promise((resolve) => setTimeout(resolve, 100))
          continue
        }
        await stop('SIGKILL')
        throw new Error(`MariaDB did not start: ${readFileSync(log, 'utf8').slice(-2_000)}`)
      }
    },
    stop: () => stop(),
    kill: () => stop('SIGKILL'),
    remove: async () => {
      await stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether a server welcomes clients: it sends its greeting first. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    const end = (isGreeted: boolean): void => {
      socket.destroy()
      resolve(isGreeted)
    }
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

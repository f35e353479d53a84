import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'

/** A PostgreSQL server of a test's own. */
export interface OwnPostgres {
  readonly url: string
  /** Starts it as one that follows another: it is in recovery, and can be read. */
  startInRecovery(): Promise<void>
  start(): Promise<void>
  /** @param mode - `immediate`: as in a crash. @defaultValue fast */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  promote(): Promise<void>
  /** Stops all of its processes where they stand. What is sent to it waits until {@link OwnPostgres.thaw}. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  remove(): Promise<void>
}

/** Where the server's programs are, or `null`. */
export function findPostgresPrograms(): string | null {
  const installed = '/usr/lib/postgresql'
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(installed, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl'))) ?? null
}

/** Makes a database cluster in a folder of its own. */
export function ownPostgres(programs: string): Promise<OwnPostgres> {
  return serverIn(programs, 'initdb', ['-U', 'postgres', '-A', 'trust', '-N'])
}

/**
 * Copies a running server, in a folder of its own. Started, the copy follows that server.
 *
 * @param name - What it calls itself there.
 */
export function ownStandby(programs: string, { url }: OwnPostgres, name: string): Promise<OwnPostgres> {
  const copy = ['-X', 'stream', '-c', 'fast', '-N', '-R']
  return serverIn(programs, 'pg_basebackup', [...copy, '-d', connectionTo(url, name)])
}

/** What `primary_conninfo` of a standby is, to follow the server at `url`. */
export function connectionTo(url: string, name: string): string {
  const { hostname, port } = new URL(url)
  return `host=${hostname} port=${port} user=postgres application_name=${name}`
}

async function serverIn(programs: string, maker: string, how: readonly string[]): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-postgres-'))
  const data = join(folder, 'data')
  const run = promisify(execFile)
  // The server refuses to be run by root.
  const isRoot = process.getuid?.() === 0
  const asServer = isRoot ? ['runuser', '-u', 'postgres', '--'] : []
  const call = async (program: string, ...args: string[]): Promise<void> => {
    const [command = '', ...rest] = [...asServer, join(programs, program), ...args]
    // pg_ctl leaves the server behind, with its output.
    await run(command, rest, { cwd: '/tmp', timeout: 60_000 })
  }
  if (isRoot) await run('chown', ['postgres', folder])
  await call(maker, '-D', data, ...how)

  const port = await freePort()
  const options = `-p ${port} -h 127.0.0.1 -k '' -F`
  const start = () => call('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start')
  const stop = (mode = 'fast') => call('pg_ctl', '-D', data, '-w', '-m', mode, 'stop')
  const signal = async (name: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
    const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    // It first, and it last: meanwhile it starts no process that would be missed.
    if (name === 'SIGSTOP') process.kill(postmaster, name)
    const { stdout } = await run('pgrep', ['-P', String(postmaster)])
    for (const pid of stdout.split('\n').filter(Boolean)) killIfThere(Number(pid), name)
    if (name === 'SIGCONT') process.kill(postmaster, name)
  }
  const thaw = () => signal('SIGCONT')
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop,
    startInRecovery: async () => {
      writeFileSync(join(data, 'standby.signal'), '')
      if (isRoot) await run('chown', ['postgres', join(data, 'standby.signal')])
      await start()
    },
    promote: () => call('pg_ctl', '-D', data, '-w', 'promote'),
    freeze: () => signal('SIGSTOP'),
    thaw,
    remove: async () => {
      await thaw().catch(() => {}) // it is not running
      await call('pg_ctl', '-D', data, '-m', 'immediate', 'stop').catch(() => {})
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended since it was listed.
  }
}

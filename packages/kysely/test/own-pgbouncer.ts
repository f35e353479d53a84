import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../../test/support/free-port.js'

/** A PgBouncer in transaction mode, which gives each transaction any of its connections. */
export interface OwnPgbouncer {
  readonly url: string
  stop(): Promise<void>
}

/** Where the program is, and its version; `null` where it is not installed. */
export function findPgbouncer(): { readonly program: string; readonly version: number } | null {
  const { KEYWRIGHT_TEST_PGBOUNCER = '', PATH = '' } = process.env
  const named = KEYWRIGHT_TEST_PGBOUNCER === '' ? [] : [KEYWRIGHT_TEST_PGBOUNCER]
  const folders = [...PATH.split(':'), '/usr/sbin', '/usr/local/sbin'].map((folder) => join(folder, 'pgbouncer'))
  const program = [...named, ...folders].find((path) => existsSync(path))
  if (program === undefined) return null
  const [, minor = '0'] = /PgBouncer 1\.(\d+)/.exec(execFileSync(program, ['-V'], { encoding: 'utf8' })) ?? []
  return { program, version: Number(minor) }
}

/** Starts one before `server`, with further lines of its configuration. */
export async function ownPgbouncer(
  program: string,
  server: string,
  settings: readonly string[],
): Promise<OwnPgbouncer> {
  const { hostname, port, username, password } = new URL(server)
  const folder = mkdtempSync(join(tmpdir(), 'keywright-pgbouncer-'))
  chmodSync(folder, 0o755)
  const ownPort = await freePort()
  const config = join(folder, 'pgbouncer.ini')
  const secret = password === '' ? '' : ` password=${decodeURIComponent(password)}`
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${port === '' ? 5432 : port} user=${username}${secret}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 4',
    // The last one to be free is not the next one to be used: a client meets all connections soon.
    'server_round_robin = 1',
    ...settings,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  // It refuses to be run by root.
  const isRoot = process.getuid?.() === 0
  const [command = '', ...args] = [...(isRoot ? ['runuser', '-u', 'postgres', '--'] : []), program, '-q', config]
  const child = spawn(command, args, { cwd: '/tmp', stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const url = new URL(server)
  url.hostname = '127.0.0.1'
  url.port = String(ownPort)
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  await untilItAnswers(url.href, () => child.exitCode !== null).catch(async (error: Error) => {
    await stop()
    throw new Error(`PgBouncer does not answer: ${error.message} ${said}`)
  })
  return { url: url.href, stop }
}

async function untilItAnswers(connectionString: string, isOver: () => boolean): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('select 1')
      return
    } catch (error) {
      if (isOver()) throw error
      await new Promise((resolve) => {
        setTimeout(resolve, 50)
      })
    } finally {
      await client.end().catch(() => {})
    }
  }
}

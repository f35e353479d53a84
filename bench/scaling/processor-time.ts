import { readdirSync, readFileSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'

/** How long a tick of Linux's accounts of processor time is: `getconf CLK_TCK` is 100 on all of its usual machines. */
const tickUs = 10_000

/** The processor time of a PostgreSQL server on this machine so far, in µs: of all its processes, and of those that have ended. */
export async function postgresCpuUs(db: Kysely<object>): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  const [backend] = rows
  if (backend === undefined) throw new Error('PostgreSQL tells no process id')
  const server = statOf(backend.pid)?.parent
  if (server === undefined) throw new Error('PostgreSQL runs on another machine: its processor time cannot be read')
  const running = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const ticks = running.map((pid) => {
    const stat = statOf(Number(pid))
    if (Number(pid) === server) return stat?.ticksWithEnded ?? 0
    return stat?.parent === server ? stat.ticks : 0
  })
  return ticks.reduce((sum, each) => sum + each, 0) * tickUs
}

/** @see {@link https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html | proc_pid_stat(5)} */
function statOf(pid: number): { parent: number; ticks: number; ticksWithEnded: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number) // the name may have spaces
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
      (at) => fields[at],
    )
    return { parent, ticks: user + system, ticksWithEnded: user + system + endedUser + endedSystem }
  } catch {
    return null // it has ended meanwhile
  }
}

import { type Kysely, sql } from 'kysely'
import { onTestFinished } from 'vitest'
import { findPostgresPrograms, type OwnPostgres, ownPostgres, ownStandby } from '../../../test/support/own-postgres.js'
import { openPostgres } from './open-database.js'

/** A primary of PostgreSQL whose commits wait for its two standbys, `s1` and `s2`, as the manual says. */
export interface StandbyServers {
  readonly primary: OwnPostgres
  readonly standbys: readonly [OwnPostgres, OwnPostgres]
  /** As the superuser, on a server; for what an operator does. */
  run(server: OwnPostgres, ...statements: readonly string[]): Promise<readonly unknown[]>
  /** Sets what commits wait for, and resolves when each process of the server knows. */
  waitFor(names: string, commit?: string): Promise<void>
  remove(): Promise<void>
}

/** What the manual says. */
export const bothNames = 'FIRST 2 (s1, s2)'
export const hasPrograms: boolean = findPostgresPrograms() !== null

/** Starts the servers. */
export async function startStandbys(): Promise<StandbyServers> {
  const programs = findPostgresPrograms() ?? ''
  const servers: OwnPostgres[] = []
  const remove = async (): Promise<void> => {
    for (const server of [...servers].reverse()) await server.remove()
  }
  const run: StandbyServers['run'] = async ({ url }, ...statements) => {
    const { db } = openPostgres(url, { max: 1 })
    try {
      let rows: readonly unknown[] = []
      for (const statement of statements) rows = (await sql.raw(statement).execute(db)).rows
      return rows
    } finally {
      await db.destroy()
    }
  }
  try {
    const primary = await ownPostgres(programs)
    servers.push(primary)
    await primary.start()
    const standby = async (name: string): Promise<OwnPostgres> => {
      const made = await ownStandby(programs, primary, name)
      servers.push(made)
      await made.start()
      return made
    }
    const standbys = [await standby('s1'), await standby('s2')] as const
    const waitFor: StandbyServers['waitFor'] = async (names, commit = 'remote_apply') => {
      await run(
        primary,
        'set synchronous_commit = local',
        `alter system set synchronous_standby_names = '${names}'`,
        `alter system set synchronous_commit = ${commit}`,
        'select pg_reload_conf()',
      )
    }
    await waitFor(bothNames)
    return { primary, standbys, run, waitFor, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Opens a server for the rest of a test. */
export function openFor(url: string, options: Parameters<typeof openPostgres>[1] = {}): Kysely<object> {
  const { db } = openPostgres(url, options)
  onTestFinished(() => db.destroy())
  return db
}

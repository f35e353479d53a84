import type { PGlite } from '@electric-sql/pglite'
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'

/** PGlite as a pool of one connection, which one caller at a time has until it is released. */
export function onePgliteConnection(pglite: PGlite): PostgresPool {
  let free: Promise<void> = Promise.resolve()
  return {
    end: () => pglite.close(),
    connect: async () => {
      const before = free
      let release = () => {}
      free = new Promise((resolve) => {
        release = resolve
      })
      await before
      const query = async (text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> => {
        const { rows, affectedRows } = await pglite.query(text, [...parameters])
        const command = text.trim().split(/\s/, 1)[0]?.toUpperCase() as PostgresQueryResult<unknown>['command'] // the verb of the statement
        return { command, rows, rowCount: affectedRows ?? rows.length }
      }
      return { query, release } as unknown as PostgresPoolClient // no cursors: nothing here streams
    },
  }
}

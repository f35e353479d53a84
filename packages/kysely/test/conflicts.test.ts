import { Kysely, MysqlDialect, type MysqlPoolConnection } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dialects } from '../src/dialect/dialect.js'
import type { DialectName } from '../src/tables/table-names.js'
import { retryWhenBusy } from '../src/transactions/retry-when-busy.js'
import { runTransaction } from '../src/transactions/run-transaction.js'

const failure = (fields: object): Error => Object.assign(new Error('refused'), fields)

/** Errors of servers, as drivers give them, and how many times a change is tried that meets one each time. */
const errors: readonly [string, DialectName, object, tries: number][] = [
  ['a deadlock, or a conflict at a commit of Galera', 'mysql', { errno: 1213, sqlState: '40001' }, 10],
  ['a row that changed since it was read', 'mysql', { errno: 1020 }, 10],
  ['a conflict at a commit of Group Replication', 'mysql', { errno: 3101, sqlState: '40000' }, 10],
  ['a write conflict of TiDB', 'mysql', { errno: 9007 }, 10],
  ['a conflict of TiDB where rows were locked', 'mysql', { errno: 8002 }, 10],
  ['a lock that was not free in time', 'mysql', { errno: 1205 }, 4],
  ['a lost connection', 'mysql', { code: 'PROTOCOL_CONNECTION_LOST' }, 1],
  ['a node without a quorum', 'mysql', { errno: 1047 }, 1],
  ['a serialization failure, as CockroachDB reports each conflict', 'postgres', { code: '40001' }, 10],
  ['a deadlock', 'postgres', { code: '40P01' }, 10],
  ['a lock that was not free', 'postgres', { code: '55P03' }, 4],
  ['a result that CockroachDB does not know', 'postgres', { code: '40003' }, 1],
  ['a file that another process writes to', 'sqlite', { code: 'SQLITE_BUSY' }, 4],
]

describe('a change that meets the same error each time', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it.each(errors)('is tried, where it is %s on %s (%o), %i times (FI-48)', async (_what, name, fields, tries) => {
    let tried = 0
    const error = failure(fields)
    const work = retryWhenBusy(dialects[name], async () => {
      tried += 1
      throw error
    })
    const ended = expect(work).rejects.toBe(error)
    await vi.advanceTimersByTimeAsync(10_000)
    await ended
    expect(tried).toBe(tries)
  })
})

/** MySQL that refuses each commit. */
function refusingCommits(error: Error): Kysely<object> {
  const connection: MysqlPoolConnection = {
    query: ((sql: string, _parameters: unknown, callback: (error: unknown, result: unknown) => void) =>
      sql === 'commit' ? callback(error, []) : callback(null, [])) as MysqlPoolConnection['query'], // nothing streams
    release: () => {},
  }
  const pool = {
    getConnection: (callback: (error: unknown, connection: MysqlPoolConnection) => void) => callback(null, connection),
    end: (callback: (error: unknown) => void) => callback(null),
  }
  return new Kysely<object>({ dialect: new MysqlDialect({ pool }) })
}

describe('a commit that the server refuses', () => {
  it.each(errors.filter(([, name]) => name === 'mysql'))(
    'with %s on %s (%o) has changed nothing, if it is tried more than once: %i (FI-48)',
    async (_what, name, fields, tries) => {
      const error = failure(fields)
      const changing = runTransaction(refusingCommits(error), dialects[name], async () => 'done')
      await expect(changing).rejects.toMatchObject(tries > 1 ? { message: 'refused' } : { code: 'outcome_unknown' })
    },
  )
})

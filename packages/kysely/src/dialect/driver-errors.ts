/**
 * Whether an error means that another connection was in the way, and that nothing was changed: SQLITE_BUSY and its variants,
 * such as SQLITE_BUSY_SNAPSHOT. libsql and better-sqlite3 name the code, `node:sqlite` numbers it.
 */
export function isSqliteBusy(error: unknown): boolean {
  const { code, errcode } = codesOf(error)
  return String(code).startsWith('SQLITE_BUSY') || (typeof errcode === 'number' && (errcode & 0xff) === 5)
}

/** The same for PostgreSQL: a conflict, or a lock that was not free. */
export function isPostgresBusy(error: unknown): boolean {
  return isPostgresConflict(error) || codesOf(error).code === '55P03'
}

/** Whether another writer has won: a serialization failure, which is how CockroachDB reports each conflict, or a deadlock. */
export function isPostgresConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(String(codesOf(error).code))
}

/** The same for MySQL and MariaDB: a conflict, or a lock that was not free in time. */
export function isMysqlBusy(error: unknown): boolean {
  return isMysqlConflict(error) || Number(codesOf(error).errno) === 1205
}

/** Errors after which the server has rolled back the transaction in favour of another. */
const mysqlConflicts: readonly number[] = [
  1213, // a deadlock; in a Galera cluster, also at the commit, where another node was first
  1020, // MariaDB: a row changed since it was read
  3101, // MySQL Group Replication: at the commit, another member was first
  9007, // TiDB: at the commit, another transaction was first
  8002, // TiDB: the same, where rows were locked
]

/** Whether another writer has won. */
export function isMysqlConflict(error: unknown): boolean {
  return mysqlConflicts.includes(Number(codesOf(error).errno))
}

/** Whether MySQL or MariaDB has no variable of a name that a statement reads. */
export function isUnknownVariable(error: unknown): boolean {
  return Number(codesOf(error).errno) === 1193
}

/** Whether MySQL or MariaDB found made what a statement was to make: a table, column, index, row or trigger; or gone what it was to drop. */
export function isMysqlMade(error: unknown): boolean {
  return [1050, 1060, 1061, 1062, 1359, 1091].includes(Number(codesOf(error).errno))
}

/** Whether PostgreSQL refused a statement because the user lacks a right. */
export function isPostgresDenied(error: unknown): boolean {
  return codesOf(error).code === '42501'
}

/** The same for MySQL and MariaDB: a right on a table, on one of its columns, or on the database. */
export function isMysqlDenied(error: unknown): boolean {
  return [1142, 1143, 1044].includes(Number(codesOf(error).errno))
}

/** Whether a server has no function, table or column of a name that is PostgreSQL's own. */
export function isUnknownToServer(error: unknown): boolean {
  return ['42883', '42P01', '42703', '42704'].includes(String(codesOf(error).code))
}

interface Codes {
  readonly code?: unknown
  readonly errcode?: unknown
  readonly errno?: unknown
}

function codesOf(error: unknown): Codes {
  return error instanceof Error ? (error as Codes) : {} // read, not trusted
}

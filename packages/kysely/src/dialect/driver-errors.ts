/**
 * Whether an error means that another connection was in the way, and that nothing was changed: SQLITE_BUSY and its variants,
 * such as SQLITE_BUSY_SNAPSHOT. libsql and better-sqlite3 name the code, `node:sqlite` numbers it.
 */
export function isSqliteBusy(error: unknown): boolean {
  const { code, errcode } = codesOf(error)
  return String(code).startsWith('SQLITE_BUSY') || (typeof errcode === 'number' && (errcode & 0xff) === 5)
}

/** The same for PostgreSQL: a serialization failure, a deadlock, a lock that was not free. */
export function isPostgresBusy(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(String(codesOf(error).code))
}

/** The same for MySQL and MariaDB: a deadlock, a lock that was not free in time, a row that changed since it was read. */
export function isMysqlBusy(error: unknown): boolean {
  return [1213, 1205, 1020].includes(Number(codesOf(error).errno))
}

/** Whether PostgreSQL refused a statement because the user lacks a right. */
export function isPostgresDenied(error: unknown): boolean {
  return codesOf(error).code === '42501'
}

/** The same for MySQL and MariaDB: a right on a table, on one of its columns, or on the database. */
export function isMysqlDenied(error: unknown): boolean {
  return [1142, 1143, 1044].includes(Number(codesOf(error).errno))
}

interface Codes {
  readonly code?: unknown
  readonly errcode?: unknown
  readonly errno?: unknown
}

function codesOf(error: unknown): Codes {
  return error instanceof Error ? (error as Codes) : {} // read, not trusted
}
